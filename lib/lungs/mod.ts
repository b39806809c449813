/** Lungs of a CT: the shipped U-Net, lungmask's R231, thresholds. */
export {
  createLungSegmenter,
  type CreateLungSegmenterOptions,
  lungMethods,
  type NetworkLungs,
} from "./lung_segmenters.ts";
export { type R231Network, r231Network } from "./r231/r231_lungs.ts";
export { r231Postprocess } from "./r231/r231_postprocess.ts";
export { R231_SIZE, type R231Inputs, r231Inputs, r231Paint } from "./r231/r231_slices.ts";
export { unetLungs, type UNetLungsOptions } from "./unet/unet_lungs.ts";
export { decodeUNet, encodeUNet, type UNetWeights } from "./unet/unet_weights.ts";
