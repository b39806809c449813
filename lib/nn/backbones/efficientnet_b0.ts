import { float32, type TensorSpec, tf } from "@ctsurv/engine/mod.ts";
import { silu } from "../layers/_activations.ts";
import {
  conv2d,
  type ConvNorm,
  convNormSpec,
  type ConvOptions,
  depthwiseConv2d,
  globalMean,
} from "../layers/convolutions.ts";
import { type Linear, linear, linearSpec } from "../layers/linear.ts";
import type { ChannelNormalise } from "../layers/normalisation.ts";
import { initialiseEfficientNetB0 } from "../seeded/_initialise_backbones.ts";
import { type BackboneArchitecture, defineBackbone, type Stage } from "./backbone.ts";
import { imageNet } from "./network_input.ts";

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
const STAGES: readonly StageRow[] = [
  { expand: 1, kernel: 3, stride: 1, inChannels: 32, outChannels: 16, blocks: 1 },
  { expand: 6, kernel: 3, stride: 2, inChannels: 16, outChannels: 24, blocks: 2 },
  { expand: 6, kernel: 5, stride: 2, inChannels: 24, outChannels: 40, blocks: 2 },
  { expand: 6, kernel: 3, stride: 2, inChannels: 40, outChannels: 80, blocks: 3 },
  { expand: 6, kernel: 5, stride: 1, inChannels: 80, outChannels: 112, blocks: 3 },
  { expand: 6, kernel: 5, stride: 2, inChannels: 112, outChannels: 192, blocks: 4 },
  { expand: 6, kernel: 3, stride: 1, inChannels: 192, outChannels: 320, blocks: 1 },
];

const STEM_CHANNELS = 32;
const HEAD_CHANNELS = 1280;
const CLASSES = 1000;

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

/** The parameters, named as in torchvision's state dict: `features.2.0.block.1.0.weight`. */
export interface EfficientNetB0<T> {
  /** Stem, seven stages, head convolution. */
  readonly features: readonly (ConvNorm<T> | readonly MBConv<T>[])[];
  /** Dropout has no parameters; the classifier is ImageNet's. */
  readonly classifier: { readonly 1: Linear<T> };
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
      convNormSpec(3, STEM_CHANNELS, 3),
      ...STAGES.map((row) => Array.from({ length: row.blocks }, (_, index) => blockSpec(row, index))),
      convNormSpec(STAGES.at(-1)!.outChannels, HEAD_CHANNELS, 1),
    ],
    classifier: { 1: linearSpec(HEAD_CHANNELS, CLASSES) },
  };
}

function squeezeExcite(x: tf.Tensor, { fc1, fc2 }: SqueezeExcitation<tf.Tensor>): tf.Tensor {
  const pointwise = (h: tf.Tensor, { weight, bias }: Linear<tf.Tensor>) =>
    linear(h, { weight: tf.reshape(weight, weight.shape.slice(0, 2)), bias });
  const squeezed = tf.mean(x, [1, 2]);
  const gate = tf.sigmoid(pointwise(silu(pointwise(squeezed, fc1)), fc2));
  return tf.mul(x, tf.reshape(gate, [x.shape[0]!, 1, 1, x.shape[3]!]));
}

function mbConv(x: tf.Tensor, { block }: MBConv<tf.Tensor>, row: StageRow, index: number, normalise: ChannelNormalise) {
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

type B0Stage = Stage<EfficientNetB0<tf.Tensor>>;

/** Stem or head: the entry of `features` at `index`. */
function convStage(index: number, options: ConvOptions = {}): B0Stage {
  return {
    name: `features.${index}`,
    run(x, { features }, normalise) {
      const [conv, norm] = features[index] as ConvNorm<tf.Tensor>;
      return silu(normalise(conv2d(x, conv, options), norm));
    },
  };
}

function blockStages(row: StageRow, stage: number): B0Stage[] {
  return Array.from({ length: row.blocks }, (_, index) => ({
    name: `features.${stage}.${index}`,
    run: (x, { features }, normalise) =>
      mbConv(x, (features[stage] as readonly MBConv<tf.Tensor>[])[index]!, row, index, normalise),
  }));
}

/** EfficientNet-B0 (Tan and Le 2019) as in torchvision: 1280 features for a slice of 224 x 224. */
export const efficientNetB0: BackboneArchitecture = defineBackbone<EfficientNetB0<tf.Tensor>>({
  name: "efficientnet_b0",
  title: "EfficientNetB0",
  input: "slice",
  features: HEAD_CHANNELS,
  penultimateFeatures: HEAD_CHANNELS,
  size: 224,
  smallest: 1,
  ...imageNet,
  finalBlock: ["features.7", "features.8"],
  initialise: initialiseEfficientNetB0,
  spec: efficientNetB0Spec,
  stages: [
    convStage(0, { stride: 2, padding: 1 }),
    ...STAGES.flatMap((row, i) => blockStages(row, i + 1)),
    convStage(STAGES.length + 1),
  ],
  pool: globalMean,
  classifier: [
    { name: "avgpool", run: globalMean },
    { name: "classifier.1", run: (x, { classifier }) => linear(x, classifier[1]) },
  ],
});
