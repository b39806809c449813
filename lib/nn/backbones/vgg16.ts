import type { TensorSpec, tf } from "@ctsurv/engine/mod.ts";
import { adaptiveAveragePool, globalMean } from "../layers/convolutions.ts";
import { linearSpec } from "../layers/linear.ts";
import { initialisePlain } from "../seeded/_initialise_backbones.ts";
import {
  flatten,
  linearStage,
  type PlainConv,
  plainFeaturesSpec,
  plainFeatureStages,
  type PlainNetwork,
  reluStage,
} from "./_plain_networks.ts";
import { type BackboneArchitecture, defineBackbone } from "./backbone.ts";
import { imageNet } from "./network_input.ts";

const conv = (channels: number): PlainConv => ({ channels, kernel: 3, stride: 1, padding: 1 });
const pool = { window: 2, stride: 2 };

/** VGG-16, configuration D (Simonyan and Zisserman 2015, table 1). */
const LAYERS = [
  ...[conv(64), conv(64), pool],
  ...[conv(128), conv(128), pool],
  ...[conv(256), conv(256), conv(256), pool],
  ...[conv(512), conv(512), conv(512), pool],
  ...[conv(512), conv(512), conv(512), pool],
];

const FEATURE_CHANNELS = 512;
/** Rows and columns that the classifier takes. */
const GRID = 7;
const HIDDEN = 4096;
const CLASSES = 1000;

/** The shapes of all parameters, named as in torchvision's state dict: 138,357,544 learnable numbers. */
export function vgg16Spec(): PlainNetwork<TensorSpec> {
  return {
    features: plainFeaturesSpec(LAYERS),
    classifier: {
      0: linearSpec(FEATURE_CHANNELS * GRID ** 2, HIDDEN),
      3: linearSpec(HIDDEN, HIDDEN),
      6: linearSpec(HIDDEN, CLASSES),
    },
  };
}

/**
 * VGG-16 (Simonyan and Zisserman 2015) as in torchvision: 512 features for a slice of 224 x 224, the mean of its last
 * maps, or the 4096 numbers before the last layer of its classifier.
 */
export const vgg16: BackboneArchitecture = defineBackbone<PlainNetwork<tf.Tensor>>({
  name: "vgg16",
  title: "VGG16",
  input: "slice",
  features: FEATURE_CHANNELS,
  penultimateFeatures: HIDDEN,
  size: 224,
  smallest: 32,
  ...imageNet,
  finalBlock: ["features.28"],
  initialise: initialisePlain,
  spec: vgg16Spec,
  stages: plainFeatureStages(LAYERS),
  pool: globalMean,
  classifier: [
    { name: "avgpool", run: (x) => adaptiveAveragePool(x, GRID) },
    flatten,
    linearStage(0),
    reluStage(1),
    linearStage(3),
    reluStage(4),
    linearStage(6),
  ],
});
