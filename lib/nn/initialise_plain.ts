import { mixingConv, stemConv } from "./mixing_weights.ts";
import type { Initialise } from "./seeded_parameters.ts";

/** ReLU keeps this share of the variance of standard normal numbers. */
const keptByRelu = 0.5 - 1 / (2 * Math.PI);

/** Weights for AlexNet or VGG that will not be trained. */
export const initialisePlain: Initialise = (random, shape, path) => {
  const [out, inChannels] = shape as [number, number?];
  if (inChannels === undefined) {
    return Float32Array.from({ length: out }, () => path.startsWith("classifier") ? 0 : 0.5 * random.normal());
  }
  if (path.startsWith("classifier")) {
    const spread = Math.sqrt(6 / inChannels);
    return Float32Array.from({ length: out * inChannels }, () => random.between(-spread, spread));
  }
  return inChannels === 3 ? stemConv(random, shape) : mixingConv(random, shape).map((x) => x / Math.sqrt(keptByRelu));
};
