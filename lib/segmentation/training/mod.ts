/** Training of the lung U-Net on phantoms, and its evaluation. */
export {
  type Agreement,
  compareOnScan,
  EVALUATION_SEED,
  type PhantomScore,
  phantomVolume,
  scorePhantoms,
} from "./evaluate_lungs.ts";
export { type LungPhantom, renderLungPhantom } from "./lung_truth.ts";
export { trainUNet, type TrainUNetOptions } from "./train_unet.ts";
