/** Training of the lung U-Net on phantom slices. */
export { type LungPhantom, renderLungPhantom } from "./drawn_slice.ts";
export {
  type Agreement,
  compareOnScan,
  EVALUATION_SEED,
  type PhantomScore,
  phantomVolume,
  scorePhantoms,
} from "./evaluate_lungs.ts";
export { trainUNet, type TrainUNetOptions } from "./train_unet.ts";
