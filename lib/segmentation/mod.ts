/** Lungs by a network, as a `LungSegmenter`. The training of the shipped one is in `training/`. */
export { createLungSegmenter, lungMethods } from "./create_lung_segmenter.ts";
export type { NetworkLungs } from "./network_lungs.ts";
export { type R231Weights, readR231 } from "./read_r231.ts";
export { R231_SIZE } from "./r231_input.ts";
export { type R231Inputs, r231Inputs } from "./r231_inputs.ts";
export { r231Lungs, type R231LungsOptions } from "./r231_lungs.ts";
export { type R231Network, r231Network } from "./r231_network.ts";
export { r231Paint } from "./r231_paint.ts";
export { r231Postprocess } from "./r231_postprocess.ts";
export { unetLungs, type UNetLungsOptions } from "./unet_lungs.ts";
export { decodeUNet, encodeUNet, readUNet, shippedWeights, type UNetWeights } from "./unet_weights.ts";
