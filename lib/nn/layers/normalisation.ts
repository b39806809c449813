import { float32, tf } from "@ctsurv/engine/mod.ts";

/** Batch normalisation by channel; all [channels]. */
export interface BatchNorm<T> {
  readonly weight: T;
  readonly bias: T;
  readonly running_mean: T;
  readonly running_var: T;
}

/** How a network normalises: with its running statistics, or with something else while these are being found. */
export type Normalise = (x: tf.Tensor, norm: BatchNorm<tf.Tensor>) => tf.Tensor;

/** PyTorch's default, and that of every network here. */
const EPSILON = 1e-5;

/** PyTorch's default weight of a new batch in the running statistics. */
const MOMENTUM = 0.1;

/** The shape of a batch normalisation. */
export function batchNormSpec(channels: number) {
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

/** What a training-mode batch normalisation gives. */
export interface BatchNormTraining {
  readonly output: tf.Tensor;
  /** Mean and biased variance of this batch, [channels]. */
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
  /** `0.9 old + 0.1 batch`, the batch's variance unbiased (n - 1), as in PyTorch. */
  readonly running_mean: tf.Tensor;
  readonly running_var: tf.Tensor;
}

/** Training mode: normalises with the statistics of the batch itself, over all axes but the last. */
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

/** What a convolution without batch normalisation adds to its channels: [channels]. */
export interface Bias<T> {
  readonly bias: T;
}

/**
 * What a network does to the channels of a convolution [..., channels]: by its batch normalisation or bias, or by
 * something else while these are being found.
 */
export type ChannelNormalise = (x: tf.Tensor, norm: BatchNorm<tf.Tensor> | Bias<tf.Tensor>) => tf.Tensor;

/** Evaluation mode: batch normalisation with its running statistics, or the bias. */
export const channelNormalise: ChannelNormalise = (x, norm) =>
  "weight" in norm ? batchNorm(x, norm) : tf.add(x, norm.bias);

/** Normalisation of every position by its own channels; both [channels]. */
export interface LayerNorm<T> {
  readonly weight: T;
  readonly bias: T;
}

/** The shape of a layer normalisation. */
export function layerNormSpec(channels: number) {
  return { weight: float32(channels), bias: float32(channels) };
}

/** `weight (x - mean) / sqrt(variance + epsilon) + bias` over the last axis, the variance biased: [..., channels]. */
export function layerNorm(x: tf.Tensor, { weight, bias }: LayerNorm<tf.Tensor>, epsilon: number): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.pow(centred, 2), -1, true);
  return tf.add(tf.mul(tf.div(centred, tf.sqrt(tf.add(variance, epsilon))), weight), bias);
}

/**
 * {@linkcode channelNormalise} in evaluation mode as one factor and one term for each channel: tfjs's own gradient of a
 * batch normalisation goes over the activations twice as often.
 */
export const scaleAndShift: ChannelNormalise = (x, norm) => {
  if (!("weight" in norm)) return channelNormalise(x, norm);
  const scale = tf.div(norm.weight, tf.sqrt(tf.add(norm.running_var, EPSILON)));
  return tf.add(tf.mul(x, scale), tf.sub(norm.bias, tf.mul(norm.running_mean, scale)));
};
