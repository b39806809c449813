import { type TensorSpec, tf } from "@ctsurv/engine/mod.ts";
import { type BiasedConv, biasedConvSpec, conv2d } from "./layers/convolutions.ts";
import { type BatchNorm, batchNorm, batchNormSpec, type Normalise } from "./layers/normalisation.ts";

/** The size of a U-Net. */
export interface UNetShape {
  /** Channels of the first level. Each level has twice as many as the one above. */
  readonly width: number;
  /** Levels, including the top one. */
  readonly depth: number;
  /** Classes of a pixel, background first. */
  readonly classes: number;
}

/** lungmask's R231 (Hofmanninger 2020): background, right lung, left lung. 28,953,539 numbers. */
export const r231Shape: UNetShape = { width: 64, depth: 5, classes: 3 };

/** Two 3x3 convolutions, each followed by ReLU and then by batch normalisation. */
export interface ConvBlock<T> {
  /** The numbers are places in PyTorch's Sequential. */
  readonly block: {
    /** The first convolution, [out, in, 3, 3]. */
    readonly 0: BiasedConv<T>;
    /** Its batch normalisation, [out]. */
    readonly 2: BatchNorm<T>;
    /** The second convolution, [out, out, 3, 3]. */
    readonly 3: BiasedConv<T>;
    /** Its batch normalisation, [out]. */
    readonly 5: BatchNorm<T>;
  };
}

/** A step up: from the level below, and the maps of its own level on the way down. */
export interface UpBlock<T> {
  /** A 1x1 convolution that halves the channels, beside the interpolation, which has no parameters. */
  readonly up: {
    /** [out, 2 out, 1, 1] */
    readonly 1: BiasedConv<T>;
  };
  /** Of both, joined along the channels. */
  readonly conv_block: ConvBlock<T>;
}

/**
 * The parameters, named as in the state dict of lungmask's `UNet(padding=True, batch_norm=True, up_mode="upsample")`,
 * without the `residual_*` entries that it never uses.
 */
export interface UNet<T> {
  /** One block for each level, from the top to the bottom. */
  readonly down_path: readonly ConvBlock<T>[];
  /** One step for each level except the lowest, from the bottom to the top. */
  readonly up_path: readonly UpBlock<T>[];
  /** The logits, [classes, width, 1, 1]. */
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

/**
 * The shapes of all parameters.
 *
 * @example
 * ```ts
 * import { r231Shape, uNetSpec } from "@ctsurv/ctsurv/nn";
 * import { assertEquals } from "@std/assert";
 *
 * const { down_path, last } = uNetSpec(r231Shape);
 * assertEquals(down_path.map(({ block }) => block[0].bias.shape[0]), [64, 128, 256, 512, 1024]);
 * assertEquals(last.weight.shape, [3, 64, 1, 1]);
 * ```
 */
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

/**
 * Frees what a block made, but for its result. Of another normalisation than that of evaluation nothing is freed: it may
 * have given the statistics of the batch to others.
 */
function inBlock(normalise: Normalise, block: () => tf.Tensor): tf.Tensor {
  return normalise === batchNorm ? tf.tidy(block) : block();
}

function convBlock(x: tf.Tensor, { block }: ConvBlock<tf.Tensor>, normalise: Normalise): tf.Tensor {
  const first = normalise(tf.relu(conv2d(x, block[0], { padding: 1 })), block[2]);
  return normalise(tf.relu(conv2d(first, block[3], { padding: 1 })), block[5]);
}

function upBlock(x: tf.Tensor, bridge: tf.Tensor, { up, conv_block }: UpBlock<tf.Tensor>, normalise: Normalise) {
  // R231 interpolates first. A 1x1 convolution commutes with that, and here it has a quarter of the pixels.
  const narrow = conv2d(x, up[1]) as tf.Tensor4D;
  const [, rows, columns] = bridge.shape as [number, number, number];
  const upsampled = tf.image.resizeBilinear(narrow, [rows, columns], false, true);
  return convBlock(tf.concat([upsampled, bridge], 3), conv_block, normalise);
}

/**
 * A 2D U-Net (Ronneberger 2015) as lungmask builds it: average pooling down, bilinear interpolation up.
 *
 * @example The classes of every pixel of a small image
 * ```ts
 * import { tf, toTensors } from "@ctsurv/ctsurv/engine";
 * import { initialiseHead, seededParameters, uNet, uNetSpec } from "@ctsurv/ctsurv/nn";
 * import { assertEquals } from "@std/assert";
 *
 * const spec = uNetSpec({ width: 2, depth: 2, classes: 3 });
 * const parameters = toTensors(seededParameters(spec, 42, initialiseHead));
 * assertEquals(uNet(tf.ones([1, 8, 8, 1]), parameters).shape, [1, 8, 8, 3]);
 * ```
 *
 * @param x [batch, rows, columns, 1]; rows and columns are multiples of 2^(depth - 1).
 * @param normalise Evaluation mode by default.
 * @returns Logits [batch, rows, columns, classes], before lungmask's LogSoftmax.
 */
export function uNet(x: tf.Tensor, parameters: UNet<tf.Tensor>, normalise: Normalise = batchNorm): tf.Tensor {
  const { down_path, up_path, last } = parameters;
  const bridges: tf.Tensor[] = [];
  let y = x;
  down_path.forEach((block, level) => {
    if (level > 0) y = tf.avgPool(y as tf.Tensor4D, 2, 2, "valid");
    y = inBlock(normalise, () => convBlock(y, block, normalise));
    bridges.push(y);
  });
  up_path.forEach((block, i) => {
    y = inBlock(normalise, () => upBlock(y, bridges.at(-2 - i)!, block, normalise));
  });
  return conv2d(y, last);
}
