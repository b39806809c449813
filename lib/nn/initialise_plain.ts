import { mixingConv, stemConv, uniformMatrix } from "./mixing_weights.ts";
import type { Initialise } from "./seeded_parameters.ts";

/** The variance that ReLU leaves of a standard normal number. */
const keptByRelu = 0.5 - 1 / (2 * Math.PI);

/**
 * Weights for AlexNet or VGG that will not be trained, on the same grounds as those of EfficientNet-B0. There are no
 * norms: convolutions make up for what ReLU takes, and calibration centres each channel and adds the offset drawn here,
 * in standard deviations, so that each ReLU bends at another intensity.
 *
 * Ridge regression (lambda 0.1) on the features of 288 slices of 96 phantoms, VGG16's of 112 x 112, finds the square root
 * of the tumour's area, across patients, with a correlation of 0.63 (AlexNet) and 0.77 (VGG16); EfficientNet-B0's, 0.50.
 */
export const initialisePlain: Initialise = (random, shape, path) => {
  const [out, inChannels] = shape as [number, number?];
  const isClassifier = path.startsWith("classifier");
  if (inChannels === undefined) {
    return Float32Array.from({ length: out }, () => isClassifier ? 0 : 0.5 * random.normal());
  }
  if (isClassifier) return uniformMatrix(random, out, inChannels, Math.sqrt(6 / inChannels));
  if (inChannels === 3) return stemConv(random, shape);
  return mixingConv(random, shape).map((weight) => weight / Math.sqrt(keptByRelu));
};
