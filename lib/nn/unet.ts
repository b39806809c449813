import { type TensorSpec, tf } from "@ctsurv/engine/mod.ts";
import { type BiasedConv, biasedConvSpec, conv2d } from "./layers/convolutions.ts";
import { type BatchNorm, batchNorm, batchNormSpec, type Normalise } from "./layers/normalisation.ts";

/** The size of a U-Net. */
export interface UNetShape {
  /** Channels of the first level; each level has twice those of the one above. */
  readonly width: number;
  /** Levels, the topmost included. */
  readonly depth: number;
  /** Classes of a pixel, background first. */
  readonly classes: number;
}

/** lungmask's R231 (Hofmanninger 2020): background, right lung, left lung. 28,953,539 numbers. */
export const r231Shape: UNetShape = { width: 64, depth: 5, classes: 3 };

/** Twice: 3x3 convolution, ReLU, batch normalisation (in that order). The numbers are places in a Sequential. */
export interface ConvBlock<T> {
  readonly block: {
    readonly 0: BiasedConv<T>;
    readonly 2: BatchNorm<T>;
    readonly 3: BiasedConv<T>;
    readonly 5: BatchNorm<T>;
  };
}

export interface UpBlock<T> {
  readonly up: { readonly 1: BiasedConv<T> };
  readonly conv_block: ConvBlock<T>;
}

/**
 * The parameters, named as in the state dict of lungmask's `UNet(padding=True, batch_norm=True, up_mode="upsample")`,
 * less the `residual_*` entries that it never uses.
 */
export interface UNet<T> {
  readonly down_path: readonly ConvBlock<T>[];
  readonly up_path: readonly UpBlock<T>[];
  readonly last: BiasedConv<T>;
}

function convBlockSpec(inChannels: number, outChannels: number): ConvBlock<TensorSpec> {
  return {
    block: {
      0: biasedConvSpec(inChannels, outChannels, 3),
      2: batchNormSpec(outChannels),
      3: biasedConvSpec(outChannels, outChannels, 3),
      5: batchNormSpec(outChannels),
    },
  };
}

/** The shapes of all parameters. */
export function uNetSpec({ width, depth, classes }: UNetShape): UNet<TensorSpec> {
  const widths = Array.from({ length: depth }, (_, level) => width * 2 ** level);
  return {
    down_path: widths.map((channels, level) => convBlockSpec(widths[level - 1] ?? 1, channels)),
    up_path: widths.slice(0, -1).toReversed().map((channels) => ({
      up: { 1: biasedConvSpec(2 * channels, channels, 1) },
      conv_block: convBlockSpec(2 * channels, channels),
    })),
    last: biasedConvSpec(width, classes, 1),
  };
}

function convBlock(x: tf.Tensor, { block }: ConvBlock<tf.Tensor>, normalise: Normalise): tf.Tensor {
  const first = normalise(tf.relu(conv2d(x, block[0], { padding: 1 })), block[2]);
  return normalise(tf.relu(conv2d(first, block[3], { padding: 1 })), block[5]);
}

function upBlock(x: tf.Tensor, bridge: tf.Tensor, { up, conv_block }: UpBlock<tf.Tensor>, normalise: Normalise) {
  // R231 interpolates first. A 1x1 convolution commutes with that, and here has a quarter of the pixels.
  const narrow = conv2d(x, up[1]) as tf.Tensor4D;
  const [, rows, columns] = bridge.shape as [number, number, number];
  const upsampled = tf.image.resizeBilinear(narrow, [rows, columns], false, true);
  return convBlock(tf.concat([upsampled, bridge], 3), conv_block, normalise);
}

/**
 * A 2D U-Net (Ronneberger 2015) as lungmask builds it: average pooling down, bilinear interpolation up.
 *
 * @param x [batch, rows, columns, 1]; rows and columns are multiples of 2^(depth - 1).
 * @param normalise Default: evaluation mode.
 * @returns Logits [batch, rows, columns, classes], before lungmask's LogSoftmax.
 */
export function uNet(x: tf.Tensor, parameters: UNet<tf.Tensor>, normalise: Normalise = batchNorm): tf.Tensor {
  const { down_path, up_path, last } = parameters;
  const bridges: tf.Tensor[] = [];
  let y = x;
  down_path.forEach((block, level) => {
    if (level > 0) y = tf.avgPool(y as tf.Tensor4D, 2, 2, "valid");
    y = convBlock(y, block, normalise);
    bridges.push(y);
  });
  up_path.forEach((block, i) => {
    y = upBlock(y, bridges.at(-2 - i)!, block, normalise);
  });
  return conv2d(y, last);
}
