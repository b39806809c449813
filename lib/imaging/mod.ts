/**
 * CT volumes: reading and writing them, their geometry, masks, and the slices that a network sees. Everything here
 * works on typed arrays; nothing needs tensors.
 *
 * The rooms: `dicom` and `nifti` read and write files. `structures` reads tumours and organs from DICOM SEG and
 * RTSTRUCT. `volume` holds geometry and HU. `masks` finds regions, the body and lungs. `slices` goes from a volume to
 * the slices that a network sees. `quality` measures scans and flags the odd ones.
 *
 * The first calls to know: {@linkcode readVolume} reads a CT as HU. {@linkcode canonicalOrientation} and
 * {@linkcode resample} bring it to one orientation and spacing. {@linkcode preprocess} does both and returns the
 * cropped slices.
 *
 * @module
 */
export type { Acquisition } from "./dicom/header.ts";
export { hashDicomImage, type HashedImage } from "./dicom/hash_image.ts";
export { type DicomFacts, scanDicom } from "./dicom/scan_dicom.ts";
export {
  applySeriesRules,
  describeSeries,
  describeSingles,
  parseSeriesRules,
  type SeriesFacts,
  type SeriesOfPatient,
  type SeriesRule,
} from "./dicom/series.ts";
export { type DicomContent, type DicomDialect, type WriteDicomOptions, writeDicomSeries } from "./dicom/write_dicom.ts";
export {
  type ImageFiles,
  isOfMacOs,
  listImageFiles,
  type ListImageFilesOptions,
  type PassedOver,
} from "./image_files.ts";
export { type BodyMask, bodyMask } from "./masks/body_mask.ts";
export { type Components, type Connectivity, eraseComponents, findComponents } from "./masks/components.ts";
export { dice } from "./masks/dice.ts";
export { fillEnclosed, type FillEnclosedOptions, fillHoles } from "./masks/fill.ts";
export { dilate, erode } from "./masks/morphology.ts";
export { type Grid, type Pixels, type PlaneShape, resampleMask, zoomSlice } from "./masks/resample_mask.ts";
export { keepLungs, type KeepLungsOptions, thresholdLungs } from "./masks/threshold_lungs.ts";
export { type NiftiContent, writeNifti, type WriteNiftiOptions } from "./nifti/write_nifti.ts";
export { type NpyArray, type NpyData, readNpy, writeNpy } from "./npy.ts";
export { assessQuality, type Examination, examine, type QualityRow } from "./quality/assess_quality.ts";
export { measureScan, type ScanMeasurements } from "./quality/measure_scan.ts";
export { describeOtherFile } from "./other_formats.ts";
export { readVolume, type ReadVolumeOptions, type VolumeReading, type VolumeSource } from "./read_volume.ts";
export { type Box, cropBox, resizeSlice } from "./slices/crop_and_resize.ts";
export { mapsOnScan, type SliceMaps } from "./slices/maps_on_scan.ts";
export { type MiddleSlices, middleSlices } from "./slices/middle_slices.ts";
export {
  defaultSettings,
  type LungSegmenter,
  NoLungError,
  preprocess,
  type PreprocessedScan,
  type PreprocessedSlices,
  type PreprocessOptions,
  type PreprocessSettings,
} from "./slices/preprocess.ts";
export { preprocessReading } from "./slices/preprocess_reading.ts";
export { type CachedSlices, preprocessCached, type PreprocessCachedOptions } from "./slices/preprocess_cached.ts";
export { selectSlices, type SelectSlicesOptions, type SliceSelection } from "./slices/select_slices.ts";
export {
  listStructures,
  readSegmentation,
  type ReadSegmentationOptions,
  type Segmentation,
} from "./structures/read_structures.ts";
export { averageVolume } from "./volume/average_volume.ts";
export { summariseHu, windowHu } from "./volume/hu.ts";
export { canonicalOrientation } from "./volume/orientation.ts";
export { type Interpolation, resample, type ResampleOptions } from "./volume/resample.ts";
export type { Affine, Shape, Spacing, Volume } from "./volume/volume.ts";
