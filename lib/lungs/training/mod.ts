/** Training of the lung U-Net on phantom slices. */
export { type Agreement, compareOnScan, type Found, type PhantomScore, scorePhantoms } from "./evaluate_lungs.ts";
export { trainUNet, type TrainUNetOptions } from "./train_unet.ts";
