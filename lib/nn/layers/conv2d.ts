import { float32, tf } from "@ctsurv/engine/mod.ts";

/** A convolution without bias, as every convolution before a batch normalisation. */
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
export function convSpec(inChannels: number, outChannels: number, kernel: number, groups = 1) {
  return { weight: float32(outChannels, inChannels / groups, kernel, kernel) };
}

/** The shape of a convolution with square kernels and bias. */
export function biasedConvSpec(inChannels: number, outChannels: number, kernel: number) {
  return { ...convSpec(inChannels, outChannels, kernel), bias: float32(outChannels) };
}

/** Convolution, symmetric padding: [batch, rows, columns, in] -> [batch, rows', columns', out]. */
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
