import type { TensorSpec, tf } from "@ctsurv/engine/mod.ts";
import { adaptiveAveragePool, globalMean } from "../layers/convolutions.ts";
import { linearSpec } from "../layers/linear.ts";
import { initialisePlain } from "../seeded/initialise_backbones.ts";
import { defineBackbone } from "./backbone.ts";
import { imageNet } from "./network_input.ts";
import {
  flatten,
  linearStage,
  type PlainConv,
  plainFeaturesSpec,
  plainFeatureStages,
  type PlainNetwork,
  reluStage,
} from "./plain_networks.ts";

const conv = (channels: number): PlainConv => ({ channels, kernel: 3, stride: 1, padding: 1 });
const pool = { window: 2, stride: 2 };

/** VGG-16, configuration D (Simonyan and Zisserman 2015, table 1). */
const layers = [
  ...[conv(64), conv(64), pool],
  ...[conv(128), conv(128), pool],
  ...[conv(256), conv(256), conv(256), pool],
  ...[conv(512), conv(512), conv(512), pool],
  ...[conv(512), conv(512), conv(512), pool],
];

const featureChannels = 512;
/** Rows and columns that the classifier takes. */
const grid = 7;
const hidden = 4096;
const classes = 1000;

/** The shapes of all parameters, named as in torchvision's state dict: 138,357,544 learnable numbers. */
export function vgg16Spec(): PlainNetwork<TensorSpec> {
  return {
    features: plainFeaturesSpec(layers),
    classifier: {
      0: linearSpec(featureChannels * grid ** 2, hidden),
      3: linearSpec(hidden, hidden),
      6: linearSpec(hidden, classes),
    },
  };
}

/** VGG-16: 512 numbers for a slice, or the 4096 of its classifier. */
export const vgg16 = defineBackbone<PlainNetwork<tf.Tensor>>({
  name: "vgg16",
  title: "VGG16",
  input: "slice",
  features: featureChannels,
  penultimateFeatures: hidden,
  size: 224,
  smallest: 32,
  ...imageNet,
  finalBlock: ["features.28"],
  initialise: initialisePlain,
  spec: vgg16Spec,
  stages: plainFeatureStages(layers),
  pool: globalMean,
  classifier: [
    { name: "avgpool", run: (x) => adaptiveAveragePool(x, grid) },
    flatten,
    linearStage(0),
    reluStage(1),
    linearStage(3),
    reluStage(4),
    linearStage(6),
  ],
});
