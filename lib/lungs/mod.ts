/**
 * Lungs of a CT: masks by the shipped U-Net, by lungmask's R231, or by a threshold.
 *
 * The rooms: `unet` holds the U-Net that this project trained and its file format. `r231` repeats lungmask's pre- and
 * postprocessing around its network. `training` trains the U-Net and is a module of its own,
 * `@ctsurv/ctsurv/lungs/training`.
 *
 * The first calls to know: {@linkcode createLungSegmenter} makes a segmenter by the name of its method, and
 * {@linkcode unetLungs} makes one from other weights.
 *
 * @module
 */
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
