import { type TensorSpec, tf } from "@ctsurv/engine/mod.ts";
import { conv3d, conv3dSpec, type ConvNorm, globalMean } from "../layers/convolutions.ts";
import { type Linear, linear, linearSpec } from "../layers/linear.ts";
import { batchNormSpec, type ChannelNormalise } from "../layers/normalisation.ts";
import { initialiseResNet } from "../seeded/_initialise_backbones.ts";
import { type BackboneArchitecture, defineBackbone, type Stage } from "./backbone.ts";

/** One layer of two blocks. The first has the stride, which is also along slices, and the new width. */
interface LayerRow {
  readonly name: "layer1" | "layer2" | "layer3" | "layer4";
  readonly inChannels: number;
  readonly outChannels: number;
  readonly stride: number;
}

/** R3D-18 (Tran et al. 2018, table 1; torchvision's `r3d_18`). */
const LAYERS: readonly LayerRow[] = [
  { name: "layer1", inChannels: 64, outChannels: 64, stride: 1 },
  { name: "layer2", inChannels: 64, outChannels: 128, stride: 2 },
  { name: "layer3", inChannels: 128, outChannels: 256, stride: 2 },
  { name: "layer4", inChannels: 256, outChannels: 512, stride: 2 },
];

const BLOCKS = 2;
const STEM_CHANNELS = 64;
const FEATURE_CHANNELS = 512;
const CLASSES = 400;

/** Two 3x3x3 convolutions; the input is added, downsampled if needed. */
interface BasicBlock<T> {
  readonly conv1: ConvNorm<T>;
  readonly conv2: ConvNorm<T>;
  /** In the first block of layers 2 to 4. */
  readonly downsample?: ConvNorm<T>;
}

/** The parameters, named as in torchvision's state dict: `layer1.0.conv1.0.weight`. */
export type ResNet3d18<T> =
  & { readonly stem: ConvNorm<T> }
  & { readonly [name in LayerRow["name"]]: readonly BasicBlock<T>[] }
  & { readonly fc: Linear<T> };

type Kernel = readonly [slices: number, rows: number, columns: number];

function conv3dNormSpec(inChannels: number, outChannels: number, kernel: Kernel): ConvNorm<TensorSpec> {
  return [conv3dSpec(inChannels, outChannels, kernel), batchNormSpec(outChannels)];
}

function blockSpec({ inChannels, outChannels, stride }: LayerRow, index: number): BasicBlock<TensorSpec> {
  const block = {
    conv1: conv3dNormSpec(index === 0 ? inChannels : outChannels, outChannels, [3, 3, 3]),
    conv2: conv3dNormSpec(outChannels, outChannels, [3, 3, 3]),
  };
  return index === 0 && stride > 1
    ? { ...block, downsample: conv3dNormSpec(inChannels, outChannels, [1, 1, 1]) }
    : block;
}

/** The shapes of all parameters: 33,371,472 learnable numbers. */
export function resNet3d18Spec(): ResNet3d18<TensorSpec> {
  const [layer1, layer2, layer3, layer4] = LAYERS.map((row) =>
    Array.from({ length: BLOCKS }, (_, index) => blockSpec(row, index))
  ) as [BasicBlock<TensorSpec>[], BasicBlock<TensorSpec>[], BasicBlock<TensorSpec>[], BasicBlock<TensorSpec>[]];
  return {
    stem: conv3dNormSpec(3, STEM_CHANNELS, [3, 7, 7]),
    layer1,
    layer2,
    layer3,
    layer4,
    fc: linearSpec(FEATURE_CHANNELS, CLASSES),
  };
}

/** Volumes [batch, slices, ...] with their slices one after the other: [batch slices, ...]. */
function asSlices(x: tf.Tensor): tf.Tensor {
  return tf.reshape(x, [x.shape[0]! * x.shape[1]!, ...x.shape.slice(2)]);
}

/** The inverse of {@linkcode asSlices}. */
function asVolumes(x: tf.Tensor, batch: number): tf.Tensor {
  return tf.reshape(x, [batch, x.shape[0]! / batch, ...x.shape.slice(1)]);
}

/** [batch, slices, rows, columns, in] -> [batch, slices', rows', columns', out] */
function basicBlock(
  volumes: tf.Tensor,
  block: BasicBlock<tf.Tensor>,
  stride: number,
  normalise: ChannelNormalise,
): tf.Tensor {
  const [batch, slices] = volumes.shape as [number, number];
  const { conv1, conv2, downsample } = block;
  const strided = { slices, stride: [stride, stride] } as const;
  const x = asSlices(volumes);
  let y = tf.relu(normalise(conv3d(x, conv1[0], strided), conv1[1]));
  y = normalise(conv3d(y, conv2[0], { slices: y.shape[0]! / batch }), conv2[1]);
  const shortcut = downsample ? normalise(conv3d(x, downsample[0], strided), downsample[1]) : x;
  return asVolumes(tf.relu(tf.add(y, shortcut)), batch);
}

function layerStages({ name, stride }: LayerRow): Stage<ResNet3d18<tf.Tensor>>[] {
  return Array.from({ length: BLOCKS }, (_, index) => ({
    name: `${name}.${index}`,
    // Two convolutions reach one slice each; the second does so among the outputs of the first.
    window: index === 0 ? { reach: 1 + stride, stride } : { reach: 2, stride: 1 },
    run: (x, parameters, normalise) => basicBlock(x, parameters[name][index]!, index === 0 ? stride : 1, normalise),
  }));
}

/**
 * ResNet3d-18 (Tran et al. 2018; torchvision's `r3d_18`): 512 features for a volume of slices of 224 x 224, as many
 * slices as there are.
 */
export const resNet3d18: BackboneArchitecture = defineBackbone<ResNet3d18<tf.Tensor>>({
  name: "r3d_18",
  title: "ResNet3d-18",
  input: "volume",
  features: FEATURE_CHANNELS,
  penultimateFeatures: FEATURE_CHANNELS,
  // Its weights were trained on films of 112 x 112. Here it sees the same slices as the other networks.
  size: 224,
  smallest: 1,
  // Of Kinetics-400 (torchvision).
  mean: [0.43216, 0.394666, 0.37645],
  std: [0.22803, 0.22145, 0.216989],
  finalBlock: ["layer4.1"],
  initialise: initialiseResNet,
  spec: resNet3d18Spec,
  stages: [
    {
      name: "stem",
      window: { reach: 1, stride: 1 },
      run(x, { stem }, normalise) {
        const [batch, slices] = x.shape as [number, number];
        const y = conv3d(asSlices(x), stem[0], { slices, stride: [1, 2] });
        return asVolumes(tf.relu(normalise(y, stem[1])), batch);
      },
    },
    ...LAYERS.flatMap(layerStages),
  ],
  pool: globalMean,
  classifier: [
    { name: "avgpool", run: globalMean },
    { name: "fc", run: (x, { fc }) => linear(x, fc) },
  ],
});
