/** CT volumes: reading, geometry, lungs, and the slices a network sees. Typed arrays only, no tensors. */
export type { Acquisition } from "./acquisition.ts";
export { averageVolume } from "./average_volume.ts";
export { type BodyMask, bodyMask } from "./body_mask.ts";
export { canonicalOrientation } from "./canonical_orientation.ts";
export { type Box, cropBox } from "./crop_box.ts";
export { dice } from "./dice.ts";
export { eraseComponents } from "./erase_components.ts";
export { fillEnclosed, type FillEnclosedOptions } from "./fill_enclosed.ts";
export { fillHoles } from "./fill_holes.ts";
export { type Components, type Connectivity, findComponents } from "./find_components.ts";
export { keepLungs } from "./keep_lungs.ts";
export type { LungSegmenter } from "./lung_segmenter.ts";
export { dilate, erode } from "./morphology.ts";
export { NoLungError } from "./no_lung_error.ts";
export { type NpyArray, type NpyData, readNpy, writeNpy } from "./npy.ts";
export {
  DEFAULT_SETTINGS,
  preprocess,
  type PreprocessedSlices,
  type Preprocessing,
  type PreprocessOptions,
  type PreprocessSettings,
} from "./preprocess.ts";
export { type CachedSlices, preprocessCached, type PreprocessCachedOptions } from "./preprocess_cached.ts";
export { assessQuality, type Examination, type QualityRow } from "./quality/assess_quality.ts";
export { examine } from "./quality/examine.ts";
export { measureScan, type ScanMeasurements } from "./quality/measure_scan.ts";
export { readVolume, type ReadVolumeOptions, type VolumeReading, type VolumeSource } from "./read_volume.ts";
export { resample, type ResampleOptions } from "./resample.ts";
export { resampleMask } from "./resample_mask.ts";
export { resizeSlice } from "./resize_slice.ts";
export { type DicomFacts, scanDicom } from "./scan_dicom.ts";
export {
  listStructures,
  readSegmentation,
  type ReadSegmentationOptions,
  type Segmentation,
} from "./segmentation/read_segmentation.ts";
export { selectSlices, type SelectSlicesOptions, type SliceSelection } from "./select_slices.ts";
export { summarizeHu } from "./summarize_hu.ts";
export { thresholdLungs } from "./threshold_lungs.ts";
export type { Affine, Shape, Spacing, Volume } from "./volume.ts";
export { windowHu } from "./window_hu.ts";
export { type DicomContent, type DicomDialect, type WriteDicomOptions, writeDicomSeries } from "./write_dicom.ts";
export { type NiftiContent, writeNifti, type WriteNiftiOptions } from "./write_nifti.ts";
export { type PlaneShape, zoomSlice } from "./zoom_slice.ts";
