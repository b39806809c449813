import { float32, type TensorSpec, tf, type Tree } from "@ctsurv/engine/mod.ts";
import type { BackboneArchitecture } from "./backbone.ts";
import { imageNet } from "./image_net.ts";
import { initialiseEfficientNetB0 } from "./initialise_efficientnet_b0.ts";
import { type BatchNorm, batchNorm, batchNormSpec, type Normalise } from "./layers/batch_norm.ts";
import { type Conv, conv2d, convSpec, depthwiseConv2d } from "./layers/conv2d.ts";
import { type Linear, linear, linearSpec } from "./layers/linear.ts";
import { silu } from "./layers/silu.ts";

/** One stage of inverted residual blocks; the first block has the stride and the new width. */
interface StageRow {
  readonly expand: number;
  readonly kernel: number;
  readonly stride: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly blocks: number;
}

/** EfficientNet-B0, features.1 to features.7 (Tan and Le 2019, table 1; torchvision's `efficientnet_b0`). */
const stages: readonly StageRow[] = [
  { expand: 1, kernel: 3, stride: 1, inChannels: 32, outChannels: 16, blocks: 1 },
  { expand: 6, kernel: 3, stride: 2, inChannels: 16, outChannels: 24, blocks: 2 },
  { expand: 6, kernel: 5, stride: 2, inChannels: 24, outChannels: 40, blocks: 2 },
  { expand: 6, kernel: 3, stride: 2, inChannels: 40, outChannels: 80, blocks: 3 },
  { expand: 6, kernel: 5, stride: 1, inChannels: 80, outChannels: 112, blocks: 3 },
  { expand: 6, kernel: 5, stride: 2, inChannels: 112, outChannels: 192, blocks: 4 },
  { expand: 6, kernel: 3, stride: 1, inChannels: 192, outChannels: 320, blocks: 1 },
];

const stemChannels = 32;
const headChannels = 1280;
const classes = 1000;

/** Convolution, batch normalisation: `.0` and `.1` of torchvision's Conv2dNormActivation. */
type ConvNorm<T> = readonly [Conv<T>, BatchNorm<T>];

/**
 * Squeeze and excitation: two 1x1 convolutions with bias, [out, in, 1, 1], around a SiLU, then a sigmoid gate by
 * channel.
 */
interface SqueezeExcitation<T> {
  readonly fc1: Linear<T>;
  readonly fc2: Linear<T>;
}

/** Expansion (absent where `expand` is 1), depthwise convolution, squeeze and excitation, projection. */
interface MBConv<T> {
  readonly block:
    | readonly [expand: ConvNorm<T>, depthwise: ConvNorm<T>, gate: SqueezeExcitation<T>, project: ConvNorm<T>]
    | readonly [depthwise: ConvNorm<T>, gate: SqueezeExcitation<T>, project: ConvNorm<T>];
}

/** The nine entries of `features`: stem, seven stages, head convolution. */
export type EfficientNetB0Features<T> = readonly (ConvNorm<T> | readonly MBConv<T>[])[];

/** The parameters, named as in torchvision's state dict: `features.2.0.block.1.0.weight`. */
export interface EfficientNetB0<T> {
  readonly features: EfficientNetB0Features<T>;
  /** Dropout has no parameters; the classifier is ImageNet's. */
  readonly classifier: { readonly 1: Linear<T> };
}

/** Which of the network's features to run, and how. */
export interface FeatureRange {
  /** Index of the first entry of `features`. @default {0} */
  readonly from?: number;
  /** Index after the last entry. @default {9} */
  readonly to?: number;
  /** @default {batchNorm}, evaluation mode. */
  readonly normalise?: Normalise;
}

function convNormSpec(inChannels: number, outChannels: number, kernel: number, groups = 1): ConvNorm<TensorSpec> {
  return [convSpec(inChannels, outChannels, kernel, groups), batchNormSpec(outChannels)];
}

function gateSpec(channels: number, squeezed: number): SqueezeExcitation<TensorSpec> {
  return {
    fc1: { weight: float32(squeezed, channels, 1, 1), bias: float32(squeezed) },
    fc2: { weight: float32(channels, squeezed, 1, 1), bias: float32(channels) },
  };
}

function blockSpec(row: StageRow, index: number): MBConv<TensorSpec> {
  const inChannels = index === 0 ? row.inChannels : row.outChannels;
  const expanded = inChannels * row.expand;
  const depthwise = convNormSpec(expanded, expanded, row.kernel, expanded);
  // Squeezed to a quarter of the block's input, not of the expanded width.
  const gate = gateSpec(expanded, Math.max(1, Math.floor(inChannels / 4)));
  const project = convNormSpec(expanded, row.outChannels, 1);
  return row.expand === 1
    ? { block: [depthwise, gate, project] }
    : { block: [convNormSpec(inChannels, expanded, 1), depthwise, gate, project] };
}

/** The shapes of all parameters: 5,288,548 learnable numbers. */
export function efficientNetB0Spec(): EfficientNetB0<TensorSpec> {
  return {
    features: [
      convNormSpec(3, stemChannels, 3),
      ...stages.map((row) => Array.from({ length: row.blocks }, (_, index) => blockSpec(row, index))),
      convNormSpec(stages.at(-1)!.outChannels, headChannels, 1),
    ],
    classifier: { 1: linearSpec(headChannels, classes) },
  };
}

function squeezeExcite(x: tf.Tensor, { fc1, fc2 }: SqueezeExcitation<tf.Tensor>): tf.Tensor {
  const pointwise = (h: tf.Tensor, { weight, bias }: Linear<tf.Tensor>) =>
    linear(h, { weight: tf.reshape(weight, weight.shape.slice(0, 2)), bias });
  const squeezed = tf.mean(x, [1, 2]);
  const gate = tf.sigmoid(pointwise(silu(pointwise(squeezed, fc1)), fc2));
  return tf.mul(x, tf.reshape(gate, [x.shape[0]!, 1, 1, x.shape[3]!]));
}

function mbConv(x: tf.Tensor, { block }: MBConv<tf.Tensor>, row: StageRow, index: number, normalise: Normalise) {
  const stride = index === 0 ? row.stride : 1;
  const [depthwise, gate, project] = block.slice(-3) as [
    ConvNorm<tf.Tensor>,
    SqueezeExcitation<tf.Tensor>,
    ConvNorm<tf.Tensor>,
  ];
  let y = x;
  if (block.length === 4) y = silu(normalise(conv2d(y, block[0][0]), block[0][1]));
  y = silu(normalise(depthwiseConv2d(y, depthwise[0], { stride, padding: (row.kernel - 1) / 2 }), depthwise[1]));
  y = squeezeExcite(y, gate);
  y = normalise(conv2d(y, project[0]), project[1]);
  return stride === 1 && x.shape[3] === y.shape[3] ? tf.add(x, y) : y;
}

/**
 * The feature maps: [batch, rows, columns, 3] -> [batch, rows / 32, columns / 32, 1280], or any part of the way.
 * Evaluation mode: no stochastic depth.
 */
export function efficientNetB0Features(
  x: tf.Tensor,
  features: EfficientNetB0Features<tf.Tensor>,
  { from = 0, to = features.length, normalise = batchNorm }: FeatureRange = {},
): tf.Tensor {
  let y = x;
  for (let i = from; i < to; i++) {
    const entry = features[i]!;
    const row = stages[i - 1];
    if (row) {
      (entry as readonly MBConv<tf.Tensor>[]).forEach((block, index) => {
        y = mbConv(y, block, row, index, normalise);
      });
    } else {
      const [conv, norm] = entry as ConvNorm<tf.Tensor>;
      y = silu(normalise(conv2d(y, conv, i === 0 ? { stride: 2, padding: 1 } : {}), norm));
    }
  }
  return y;
}

/** Global average of the last feature map: [batch, rows, columns, 1280] -> [batch, 1280]. */
export function efficientNetB0Pool(maps: tf.Tensor): tf.Tensor {
  return tf.mean(maps, [1, 2]);
}

/** ImageNet's classifier in evaluation mode: [batch, 1280] -> logits [batch, 1000]. */
export function efficientNetB0Head(pooled: tf.Tensor, { classifier }: EfficientNetB0<tf.Tensor>): tf.Tensor {
  return linear(pooled, classifier[1]);
}

/** EfficientNet-B0 as a backbone: 1280 numbers for a slice. */
export const efficientNetB0: BackboneArchitecture = {
  name: "efficientnet_b0",
  title: "EfficientNetB0",
  features: headChannels,
  size: 224,
  ...imageNet,
  initialise: initialiseEfficientNetB0,
  spec: () => efficientNetB0Spec() as unknown as Tree<TensorSpec>,
  pooled(x, parameters, normalise = batchNorm) {
    const { features } = parameters as unknown as EfficientNetB0<tf.Tensor>;
    return efficientNetB0Pool(efficientNetB0Features(x, features, { normalise }));
  },
};
