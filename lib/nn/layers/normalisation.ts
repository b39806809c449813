import { float32, type TensorSpec, tf } from "@ctsurv/engine/mod.ts";

/** Batch normalisation by channel. All are [channels]; the names are PyTorch's. */
export interface BatchNorm<T> {
  /** The learnt factor. */
  readonly weight: T;
  /** The learnt offset. */
  readonly bias: T;
  /** The mean in evaluation mode. */
  readonly running_mean: T;
  /** The variance in evaluation mode. */
  readonly running_var: T;
}

/** How a network normalises: with its running statistics, or otherwise while those are being determined. */
export type Normalise = (x: tf.Tensor, norm: BatchNorm<tf.Tensor>) => tf.Tensor;

/** PyTorch's default, which every network here has. */
const EPSILON = 1e-5;

/** The weight of a new batch in the running statistics, PyTorch's default. */
const MOMENTUM = 0.1;

/** The shapes of a batch normalisation. */
export function batchNormSpec(channels: number): BatchNorm<TensorSpec> {
  return {
    weight: float32(channels),
    bias: float32(channels),
    running_mean: float32(channels),
    running_var: float32(channels),
  };
}

/**
 * Evaluation mode: `weight (x - running_mean) / sqrt(running_var + 1e-5) + bias` for x [batch, rows, columns, channels].
 */
export function batchNorm(x: tf.Tensor, norm: BatchNorm<tf.Tensor>): tf.Tensor {
  return tf.batchNorm(
    x,
    norm.running_mean as tf.Tensor1D,
    norm.running_var as tf.Tensor1D,
    norm.bias as tf.Tensor1D,
    norm.weight as tf.Tensor1D,
    EPSILON,
  );
}

/** The result of a batch normalisation in training mode. */
export interface BatchNormTraining {
  /** The normalised batch, with the shape of x. */
  readonly output: tf.Tensor;
  /** The mean of this batch, [channels]. */
  readonly mean: tf.Tensor;
  /** The biased variance of this batch, [channels]. */
  readonly variance: tf.Tensor;
  /** The new running mean, [channels]: `0.9 old + 0.1 batch`. */
  readonly running_mean: tf.Tensor;
  /** The new running variance, [channels], the same with the unbiased variance of the batch (n - 1), as in PyTorch. */
  readonly running_var: tf.Tensor;
}

/**
 * Batch normalisation in training mode, as in PyTorch. It normalises with the statistics of the batch itself, over all
 * axes except the last.
 *
 * @example A batch of two numbers in one channel
 * ```ts
 * import { tf } from "@ctsurv/ctsurv/engine";
 * import { batchNormTraining } from "@ctsurv/ctsurv/nn";
 * import { assertEquals } from "@std/assert";
 *
 * const [one, zero] = [tf.tensor1d([1]), tf.tensor1d([0])];
 * const norm = { weight: one, bias: zero, running_mean: zero, running_var: one };
 * const { output, mean, running_mean } = batchNormTraining(tf.tensor2d([[10], [30]]), norm);
 * assertEquals(mean.arraySync(), [20]);
 * assertEquals([...output.dataSync()].map((x) => x.toFixed(3)), ["-1.000", "1.000"]);
 * assertEquals([...running_mean.dataSync()], [2]);
 * ```
 *
 * @param x [..., channels]
 */
export function batchNormTraining(x: tf.Tensor, norm: BatchNorm<tf.Tensor>): BatchNormTraining {
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const { mean, variance } = tf.moments(x, axes);
  const count = x.size / x.shape.at(-1)!;
  const unbiased = tf.mul(variance, count / Math.max(1, count - 1));
  return {
    output: batchNorm(x, { ...norm, running_mean: mean, running_var: variance }),
    mean,
    variance,
    running_mean: tf.add(tf.mul(norm.running_mean, 1 - MOMENTUM), tf.mul(mean, MOMENTUM)),
    running_var: tf.add(tf.mul(norm.running_var, 1 - MOMENTUM), tf.mul(unbiased, MOMENTUM)),
  };
}

/** The bias of a convolution without batch normalisation. */
export interface Bias<T> {
  /** [channels] */
  readonly bias: T;
}

/**
 * How a network shifts and scales the channels of a convolution, [..., channels]: by its batch normalisation or bias, or
 * otherwise while those are being determined.
 */
export interface ChannelNormalise {
  (x: tf.Tensor, norm: BatchNorm<tf.Tensor> | Bias<tf.Tensor>): tf.Tensor;
  /**
   * The tensors that it has given to others than its caller, so far. With this list, even an empty one, a backbone frees
   * all others as soon as a stage is done; without it, it must keep them all.
   */
  readonly handedOut?: readonly tf.Tensor[];
}

/** Evaluation mode: batch normalisation with its running statistics, or the bias. The default of every backbone. */
export const channelNormalise: ChannelNormalise = Object.assign(
  (x: tf.Tensor, norm: BatchNorm<tf.Tensor> | Bias<tf.Tensor>): tf.Tensor =>
    "weight" in norm ? batchNorm(x, norm) : tf.add(x, norm.bias),
  { handedOut: [] },
);

/** Normalisation of every position over its own channels. */
export interface LayerNorm<T> {
  /** The learnt factor, [channels]. */
  readonly weight: T;
  /** The learnt offset, [channels]. */
  readonly bias: T;
}

/** The shapes of a layer normalisation. */
export function layerNormSpec(channels: number): LayerNorm<TensorSpec> {
  return { weight: float32(channels), bias: float32(channels) };
}

/** `weight (x - mean) / sqrt(variance + epsilon) + bias` over the last axis of [..., channels], with biased variance. */
export function layerNorm(x: tf.Tensor, { weight, bias }: LayerNorm<tf.Tensor>, epsilon: number): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.pow(centred, 2), -1, true);
  return tf.add(tf.mul(tf.div(centred, tf.sqrt(tf.add(variance, epsilon))), weight), bias);
}

/**
 * The same as {@linkcode channelNormalise}, computed as one factor and one term for each channel. Its gradient reads the
 * activations half as often as TensorFlow.js's own gradient of a batch normalisation.
 *
 * @example
 * ```ts
 * import { tf } from "@ctsurv/ctsurv/engine";
 * import { channelNormalise, scaleAndShift } from "@ctsurv/ctsurv/nn";
 * import { assertEquals } from "@std/assert";
 *
 * const [weight, bias, running_mean, running_var] = [2, 1, 20, 100].map((value) => tf.tensor1d([value]));
 * const norm = { weight: weight!, bias: bias!, running_mean: running_mean!, running_var: running_var! };
 * const numbers = [channelNormalise, scaleAndShift].map((normalise) => normalise(tf.tensor2d([[30]]), norm).dataSync());
 * assertEquals(numbers.map(([y]) => y!.toFixed(3)), ["3.000", "3.000"]);
 * ```
 */
export const scaleAndShift: ChannelNormalise = Object.assign(
  (x: tf.Tensor, norm: BatchNorm<tf.Tensor> | Bias<tf.Tensor>): tf.Tensor => {
    if (!("weight" in norm)) return channelNormalise(x, norm);
    const scale = tf.div(norm.weight, tf.sqrt(tf.add(norm.running_var, EPSILON)));
    return tf.add(tf.mul(x, scale), tf.sub(norm.bias, tf.mul(norm.running_mean, scale)));
  },
  { handedOut: [] },
);
