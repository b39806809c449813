/**
 * Training of the lung U-Net on slices of phantoms, and evaluation of what it finds.
 *
 * {@linkcode trainUNet} trains a network from scratch, {@linkcode scorePhantoms} scores it on phantoms that no training
 * has seen, and {@linkcode compareOnScan} compares it with the threshold on a real scan. The other files draw the
 * training slices: phantoms with augmentations, and slices without lung.
 *
 * @module
 */
export { type Agreement, compareOnScan, type Found, type PhantomScore, scorePhantoms } from "./evaluate_lungs.ts";
export { trainUNet, type TrainUNetOptions } from "./train_unet.ts";
