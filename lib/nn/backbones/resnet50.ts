import { type TensorSpec, tf } from "@ctsurv/engine/mod.ts";
import {
  type Conv,
  conv2d,
  type ConvNorm,
  convNormSpec,
  convSpec,
  globalMean,
  maxPool,
} from "../layers/convolutions.ts";
import { type Linear, linear, linearSpec } from "../layers/linear.ts";
import { type BatchNorm, batchNormSpec, type ChannelNormalise } from "../layers/normalisation.ts";
import { initialiseResNet } from "../seeded/_initialise_backbones.ts";
import { type BackboneArchitecture, defineBackbone, type Stage } from "./backbone.ts";
import { imageNet } from "./network_input.ts";

/** One layer of bottlenecks. The first of them has the stride and the new width. */
interface LayerRow {
  readonly name: "layer1" | "layer2" | "layer3" | "layer4";
  readonly inChannels: number;
  /** Width of the 3x3 convolutions; the blocks give four times as many channels. */
  readonly width: number;
  readonly blocks: number;
  readonly stride: number;
}

/** ResNet-50 (He et al. 2016, table 1). */
const LAYERS: readonly LayerRow[] = [
  { name: "layer1", inChannels: 64, width: 64, blocks: 3, stride: 1 },
  { name: "layer2", inChannels: 256, width: 128, blocks: 4, stride: 2 },
  { name: "layer3", inChannels: 512, width: 256, blocks: 6, stride: 2 },
  { name: "layer4", inChannels: 1024, width: 512, blocks: 3, stride: 2 },
];

const EXPANSION = 4;
const STEM_CHANNELS = 64;
const FEATURE_CHANNELS = 2048;
const CLASSES = 1000;

/** 1x1 to the width, 3x3 with the stride, 1x1 to four times the width; the input is added, downsampled if needed. */
interface Bottleneck<T> {
  readonly conv1: Conv<T>;
  readonly bn1: BatchNorm<T>;
  readonly conv2: Conv<T>;
  readonly bn2: BatchNorm<T>;
  readonly conv3: Conv<T>;
  readonly bn3: BatchNorm<T>;
  /** In the first block of a layer. */
  readonly downsample?: ConvNorm<T>;
}

/** The parameters, named as in torchvision's state dict: `layer1.0.conv1.weight`. */
export type ResNet50<T> =
  & { readonly conv1: Conv<T>; readonly bn1: BatchNorm<T> }
  & { readonly [name in LayerRow["name"]]: readonly Bottleneck<T>[] }
  & { readonly fc: Linear<T> };

function bottleneckSpec({ inChannels, width }: LayerRow, index: number): Bottleneck<TensorSpec> {
  const outChannels = EXPANSION * width;
  const block = {
    conv1: convSpec(index === 0 ? inChannels : outChannels, width, 1),
    bn1: batchNormSpec(width),
    conv2: convSpec(width, width, 3),
    bn2: batchNormSpec(width),
    conv3: convSpec(width, outChannels, 1),
    bn3: batchNormSpec(outChannels),
  };
  return index === 0 ? { ...block, downsample: convNormSpec(inChannels, outChannels, 1) } : block;
}

/** The shapes of all parameters: 25,557,032 learnable numbers. */
export function resNet50Spec(): ResNet50<TensorSpec> {
  const [layer1, layer2, layer3, layer4] = LAYERS.map((row) =>
    Array.from({ length: row.blocks }, (_, index) => bottleneckSpec(row, index))
  ) as [Bottleneck<TensorSpec>[], Bottleneck<TensorSpec>[], Bottleneck<TensorSpec>[], Bottleneck<TensorSpec>[]];
  return {
    conv1: convSpec(3, STEM_CHANNELS, 7),
    bn1: batchNormSpec(STEM_CHANNELS),
    layer1,
    layer2,
    layer3,
    layer4,
    fc: linearSpec(FEATURE_CHANNELS, CLASSES),
  };
}

/** The stride is on the 3x3 convolution, as in torchvision ("v1.5"). */
function bottleneck(
  x: tf.Tensor,
  block: Bottleneck<tf.Tensor>,
  stride: number,
  normalise: ChannelNormalise,
): tf.Tensor {
  const { conv1, bn1, conv2, bn2, conv3, bn3, downsample } = block;
  let y = tf.relu(normalise(conv2d(x, conv1), bn1));
  y = tf.relu(normalise(conv2d(y, conv2, { stride, padding: 1 }), bn2));
  y = normalise(conv2d(y, conv3), bn3);
  const shortcut = downsample ? normalise(conv2d(x, downsample[0], { stride }), downsample[1]) : x;
  return tf.relu(tf.add(y, shortcut));
}

function layerStages({ name, blocks, stride }: LayerRow): Stage<ResNet50<tf.Tensor>>[] {
  return Array.from({ length: blocks }, (_, index) => ({
    name: `${name}.${index}`,
    run: (x, parameters, normalise) => bottleneck(x, parameters[name][index]!, index === 0 ? stride : 1, normalise),
  }));
}

/** ResNet-50 (He et al. 2016; "v1.5" as in torchvision): 2048 features for a slice of 224 x 224. */
export const resNet50: BackboneArchitecture = defineBackbone<ResNet50<tf.Tensor>>({
  name: "resnet50",
  title: "ResNet50",
  input: "slice",
  features: FEATURE_CHANNELS,
  penultimateFeatures: FEATURE_CHANNELS,
  size: 224,
  smallest: 1,
  ...imageNet,
  finalBlock: ["layer4.2"],
  initialise: initialiseResNet,
  spec: resNet50Spec,
  stages: [
    { name: "conv1", run: (x, { conv1 }) => conv2d(x, conv1, { stride: 2, padding: 3 }) },
    { name: "bn1", run: (x, { bn1 }, normalise) => normalise(x, bn1) },
    { name: "relu", run: (x) => tf.relu(x) },
    { name: "maxpool", run: (x) => maxPool(x, 3, { stride: 2, padding: 1 }) },
    ...LAYERS.flatMap(layerStages),
  ],
  pool: globalMean,
  classifier: [
    { name: "avgpool", run: globalMean },
    { name: "fc", run: (x, { fc }) => linear(x, fc) },
  ],
});
