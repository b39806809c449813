/** CT volumes: reading, geometry, lungs, and the slices a network sees. Typed arrays only, no tensors. */
export type { Affine, Shape, Spacing, Volume } from "./volume.ts";
export { type NiftiContent, writeNifti, type WriteNiftiOptions } from "./write_nifti.ts";
export { readVolume, type ReadVolumeOptions, type VolumeReading, type VolumeSource } from "./read_volume.ts";
export { summarizeHu } from "./summarize_hu.ts";
