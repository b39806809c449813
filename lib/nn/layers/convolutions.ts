import { float32, type TensorSpec, tf } from "@ctsurv/engine/mod.ts";
import { type BatchNorm, batchNormSpec } from "./normalisation.ts";

/**
 * PyTorch's AdaptiveAvgPool2d: [batch, rows, columns, channels] -> [batch, size, size, channels]. Output i is the mean of
 * inputs floor(i in / out) to ceil((i + 1) in / out), so small maps are repeated.
 */
export function adaptiveAveragePool(x: tf.Tensor, size: number): tf.Tensor {
  const [batch, rows, columns, channels] = x.shape as [number, number, number, number];
  if (rows === size && columns === size) return x;
  const tall = tf.matMul(shares(rows, size), tf.reshape(x, [batch, rows, columns * channels]));
  const wide = tf.matMul(shares(columns, size), tf.reshape(tall, [batch * size, columns, channels]));
  return tf.reshape(wide, [batch, size, size, channels]);
}

/** The share of every input in every output: [1, out, in]. */
function shares(inputs: number, outputs: number): tf.Tensor3D {
  const rows = Array.from({ length: outputs }, (_, i) => {
    const [from, to] = [Math.floor(i * inputs / outputs), Math.ceil((i + 1) * inputs / outputs)];
    return Array.from({ length: inputs }, (_, j) => j >= from && j < to ? 1 / (to - from) : 0);
  });
  return tf.tensor3d([rows], [1, outputs, inputs]);
}

/** A convolution without bias, as before every batch normalisation. */
export interface Conv<T> {
  /** [out, in / groups, rows, columns], PyTorch's order. */
  readonly weight: T;
}

/** A convolution with bias. */
export interface BiasedConv<T> extends Conv<T> {
  /** [out] */
  readonly bias: T;
}

/** Options of {@linkcode conv2d}. */
export interface ConvOptions {
  /** @default {1} */
  readonly stride?: number;
  /** Zeros around the image, the same on all sides. @default {0} */
  readonly padding?: number;
}

/** The shape of a convolution with square kernels. */
export function convSpec(inChannels: number, outChannels: number, kernel: number, groups = 1): Conv<TensorSpec> {
  return { weight: float32(outChannels, inChannels / groups, kernel, kernel) };
}

/** The shapes of a convolution with square kernels and bias. */
export function biasedConvSpec(inChannels: number, outChannels: number, kernel: number): BiasedConv<TensorSpec> {
  return { ...convSpec(inChannels, outChannels, kernel), bias: float32(outChannels) };
}

/** Convolution with symmetric padding: [batch, rows, columns, in] -> [batch, rows', columns', out]. */
export function conv2d(
  x: tf.Tensor,
  conv: Conv<tf.Tensor> | BiasedConv<tf.Tensor>,
  { stride = 1, padding = 0 }: ConvOptions = {},
): tf.Tensor {
  const filter = tf.transpose(conv.weight, [2, 3, 1, 0]) as tf.Tensor4D;
  const y = tf.conv2d(x as tf.Tensor4D, filter, stride, padding);
  return "bias" in conv ? tf.add(y, conv.bias) : y;
}

/** Convolution of each channel by itself: [batch, rows, columns, channels] -> [batch, rows', columns', channels]. */
export function depthwiseConv2d(x: tf.Tensor, { weight }: Conv<tf.Tensor>, options: ConvOptions = {}): tf.Tensor {
  const { stride = 1, padding = 0 } = options;
  const filter = tf.transpose(weight, [2, 3, 0, 1]) as tf.Tensor4D;
  return tf.depthwiseConv2d(x as tf.Tensor4D, filter, stride, padding);
}

/** Options of {@linkcode conv3d}. */
export interface Conv3dOptions {
  /** Slices of one volume. */
  readonly slices: number;
  /** The strides along slices, and along rows and columns. @default {[1, 1]} */
  readonly stride?: readonly [number, number];
}

/** The shape of a 3D convolution: [out, in, slices, rows, columns]. */
export function conv3dSpec(
  inChannels: number,
  outChannels: number,
  kernel: readonly [number, number, number],
): Conv<TensorSpec> {
  return { weight: float32(outChannels, inChannels, ...kernel) };
}

/**
 * 3D convolution of volumes whose slices lie one after the other: [batch slices, rows, columns, in] -> [batch slices',
 * rows', columns', out]. Each volume is padded with zeros, half a kernel on every side.
 *
 * It is the sum of one 2D convolution for each slice of the kernel. The products are the same, and ONNX Runtime computes
 * them twice as fast.
 */
export function conv3d(x: tf.Tensor, conv: Conv<tf.Tensor>, options: Conv3dOptions): tf.Tensor {
  // An engine that computes op by op would otherwise hold every step of every convolution of the network.
  return tf.tidy(() => sumOfTaps(x, conv, options));
}

function sumOfTaps(x: tf.Tensor, { weight }: Conv<tf.Tensor>, options: Conv3dOptions): tf.Tensor {
  const { slices, stride: [down, across] = [1, 1] } = options;
  const [out, inChannels, depth, rows, columns] = weight.shape as [number, number, number, number, number];
  const [batch, plane] = [x.shape[0]! / slices, x.shape.slice(1)];
  const outSlices = Math.floor((slices - 1) / down) + 1;
  const padding = (depth - 1) / 2;
  // Enough at the far end for every tap to take whole strides.
  const padded = tf.pad(
    tf.reshape(x, [batch, slices, ...plane]),
    [[0, 0], [padding, padding + down - 1], ...plane.map((): [number, number] => [0, 0])],
  );
  const ofTap = (tap: number) =>
    tf.tidy(() => {
      const strides = tf.reshape(
        tf.slice(padded, [0, tap], [batch, outSlices * down]),
        [batch * outSlices, down, ...plane],
      );
      const met = tf.reshape(tf.slice(strides, [0, 0], [batch * outSlices, 1]), [batch * outSlices, ...plane]);
      const kernel = tf.reshape(tf.slice(weight, [0, 0, tap], [out, inChannels, 1]), [out, inChannels, rows, columns]);
      return conv2d(met, { weight: kernel }, { stride: across, padding: (rows - 1) / 2 });
    });
  let sum = ofTap(0);
  for (let tap = 1; tap < depth; tap++) {
    const [before, y] = [sum, ofTap(tap)];
    sum = tf.add(before, y);
    tf.dispose([before, y]);
  }
  return sum;
}

/** A convolution and its batch normalisation: `.0` and `.1` in PyTorch's Sequential. */
export type ConvNorm<T> = readonly [Conv<T>, BatchNorm<T>];

/** The shapes of a 2D convolution with square kernels and its batch normalisation. */
export function convNormSpec(
  inChannels: number,
  outChannels: number,
  kernel: number,
  groups = 1,
): ConvNorm<TensorSpec> {
  return [convSpec(inChannels, outChannels, kernel, groups), batchNormSpec(outChannels)];
}

/** The mean over all positions: [batch, ..., channels] -> [batch, channels]. */
export function globalMean(maps: tf.Tensor): tf.Tensor {
  return tf.mean(maps, maps.shape.slice(1, -1).map((_, i) => i + 1));
}

/**
 * Maximum of square windows, with minus infinity around the image: [batch, rows, columns, channels] -> [batch, rows',
 * columns', channels].
 */
export function maxPool(x: tf.Tensor, window: number, { stride = window, padding = 0 }: ConvOptions = {}): tf.Tensor {
  return tf.maxPool(x as tf.Tensor4D, window, stride, padding);
}
