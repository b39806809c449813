import type { TensorSpec, tf } from "@ctsurv/engine/mod.ts";
import { adaptiveAveragePool, globalMean } from "../layers/convolutions.ts";
import { linearSpec } from "../layers/linear.ts";
import { initialisePlain } from "../seeded/_initialise_backbones.ts";
import {
  flatten,
  linearStage,
  plainFeaturesSpec,
  plainFeatureStages,
  type PlainNetwork,
  reluStage,
} from "./_plain_networks.ts";
import { type BackboneArchitecture, defineBackbone } from "./backbone.ts";
import { imageNet } from "./network_input.ts";

const pool = { window: 3, stride: 2 };

/** AlexNet in one tower (Krizhevsky 2014, torchvision's `alexnet`): no groups, no local response normalisation. */
const LAYERS = [
  { channels: 64, kernel: 11, stride: 4, padding: 2 },
  pool,
  { channels: 192, kernel: 5, stride: 1, padding: 2 },
  pool,
  { channels: 384, kernel: 3, stride: 1, padding: 1 },
  { channels: 256, kernel: 3, stride: 1, padding: 1 },
  { channels: 256, kernel: 3, stride: 1, padding: 1 },
  pool,
];

const FEATURE_CHANNELS = 256;
/** Rows and columns that the classifier takes. */
const GRID = 6;
const HIDDEN = 4096;
const CLASSES = 1000;

/** The shapes of all parameters, named as in torchvision's state dict: 61,100,840 learnable numbers. */
export function alexNetSpec(): PlainNetwork<TensorSpec> {
  return {
    features: plainFeaturesSpec(LAYERS),
    classifier: {
      1: linearSpec(FEATURE_CHANNELS * GRID ** 2, HIDDEN),
      4: linearSpec(HIDDEN, HIDDEN),
      6: linearSpec(HIDDEN, CLASSES),
    },
  };
}

/**
 * AlexNet (Krizhevsky 2014) as in torchvision: 256 features for a slice of 224 x 224, the mean of its last maps, or the
 * 4096 numbers before the last layer of its classifier.
 */
export const alexNet: BackboneArchitecture = defineBackbone<PlainNetwork<tf.Tensor>>({
  name: "alexnet",
  title: "AlexNet",
  input: "slice",
  features: FEATURE_CHANNELS,
  penultimateFeatures: HIDDEN,
  size: 224,
  smallest: 63,
  ...imageNet,
  finalBlock: ["features.10"],
  initialise: initialisePlain,
  spec: alexNetSpec,
  stages: plainFeatureStages(LAYERS),
  pool: globalMean,
  classifier: [
    { name: "avgpool", run: (x) => adaptiveAveragePool(x, GRID) },
    flatten,
    linearStage(1),
    reluStage(2),
    linearStage(4),
    reluStage(5),
    linearStage(6),
  ],
});
