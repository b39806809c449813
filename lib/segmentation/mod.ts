/** Lungs by a network, as a `LungSegmenter`. */
export type { NetworkLungs } from "./network_lungs.ts";
export { type R231Weights, readR231 } from "./read_r231.ts";
export { R231_SIZE } from "./r231_input.ts";
export { type R231Inputs, r231Inputs } from "./r231_inputs.ts";
export { r231Lungs, type R231LungsOptions } from "./r231_lungs.ts";
export { type R231Network, r231Network } from "./r231_network.ts";
export { r231Paint } from "./r231_paint.ts";
export { r231Postprocess } from "./r231_postprocess.ts";
