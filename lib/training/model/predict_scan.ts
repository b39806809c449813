import { InputError } from "@ctsurv/base/mod.ts";
import type { Engine } from "@ctsurv/engine/mod.ts";
import { takeView, type View, type ViewedSlices } from "@ctsurv/features/mod.ts";
import {
  type LungSegmenter,
  type PreprocessedScan,
  preprocessReading,
  readVolume,
  resizeSlice,
  type VolumeReading,
} from "@ctsurv/imaging/mod.ts";
import type { PatientPrediction } from "../trainer.ts";
import { modelPredictor } from "./model_predictor.ts";
import type { SurvivalModel } from "./survival_model.ts";

/** Options of {@linkcode predictScan}. */
export interface PredictScanOptions {
  /** Runs the networks. */
  readonly engine: Engine;
  /** Finds the lungs, by the method that the model was trained with. */
  readonly segmenter: LungSegmenter;
  /** SeriesInstanceUID to read in a folder of DICOM files. @default {the only one} */
  readonly series?: string;
}

/** A survival curve for one scan, and what it rests on. */
export interface ScanPrediction extends PatientPrediction {
  /** How many slices preprocessing kept. */
  readonly kept: number;
  /** The slices that the model saw, by their number in the scan resampled to 3 mm, from the feet up. */
  readonly seen: readonly number[];
  /** What the reader of the scan noticed. */
  readonly warnings: readonly string[];
}

/** A scan as a model sees it. */
export interface ViewedScan {
  /** File or folder. */
  readonly path: string;
  /** As it was read, on its own grid. */
  readonly reading: VolumeReading;
  /** Resampled, with the lungs and the crop. */
  readonly prepared: PreprocessedScan;
  /** What the model's view shows of the kept slices. */
  readonly viewed: ViewedSlices;
}

/**
 * Reads a scan and preprocesses it as in the training of a model.
 *
 * @param path A NIfTI file, a DICOM file or a folder of DICOM files.
 * @throws {InputError} If the scan cannot be read or shows no lungs, or the segmenter is not the one of the training.
 */
export async function viewScan(
  path: string,
  { trainedOn, view, preprocessing }: Pick<SurvivalModel, "trainedOn" | "view" | "preprocessing">,
  { segmenter, series }: Omit<PredictScanOptions, "engine">,
): Promise<ViewedScan> {
  refuseOtherLungs(trainedOn, segmenter);
  const reading = await readVolume(path, series === undefined ? {} : { series });
  const prepared = await preprocessReading(reading, { ...preprocessing, segmenter, where: path });
  return { path, reading, prepared, viewed: viewOf(prepared, path, view) };
}

function refuseOtherLungs({ segmenter: trained }: SurvivalModel["trainedOn"], { name }: LungSegmenter): void {
  if (trained === name) return;
  throw new InputError(
    `The model was trained on lungs that "${trained}" found, but "${name}" finds them here. ` +
      "Choose the same method, or train the model again",
  );
}

function viewOf(prepared: PreprocessedScan, key: string, view: View): ViewedSlices {
  // Training saw its slices in float16, too.
  const slices = Float32Array.from(Float16Array.from(prepared.slices));
  return takeView({ slices, key, size: prepared.size }, view);
}

/**
 * The same scan as another model sees it, whose preprocessing is the same.
 *
 * @throws {InputError} If the other model was trained on lungs that another method found.
 */
export function viewAgain(
  scan: ViewedScan,
  { trainedOn, view }: Pick<SurvivalModel, "trainedOn" | "view">,
  { segmenter }: Pick<PredictScanOptions, "segmenter">,
): ViewedScan {
  refuseOtherLungs(trainedOn, segmenter);
  return { ...scan, viewed: viewOf(scan.prepared, scan.path, view) };
}

/**
 * The slices of a scan that a model sees, in HU: cropped and resized, and neither windowed nor rounded. The file of
 * `exportModel` takes them.
 *
 * @returns [slices, size, size], from feet to head.
 * @throws {InputError} If the model takes a volume.
 */
export function sliceHu({ prepared, viewed }: ViewedScan): { readonly data: Float32Array; readonly shape: number[] } {
  const { resampled: { hu, shape: [, rows, columns] }, box, size, kept } = prepared;
  if (viewed.count !== viewed.seen.length) throw new InputError("The model takes a volume, not slices in HU");
  const data = new Float32Array(viewed.count * size * size);
  viewed.seen.forEach((i, place) => {
    const plane = hu.subarray(kept[i]! * rows * columns, (kept[i]! + 1) * rows * columns);
    data.set(resizeSlice(plane, columns, box, size), place * size * size);
  });
  return { data, shape: [viewed.count, size, size] };
}

/**
 * Predicts the survival of a patient from a scan: reads it, preprocesses it as in training, extracts the features of
 * the slices that the model's view shows, and applies the head.
 *
 * @param scan A NIfTI file, a DICOM file or a folder of DICOM files; or what {@linkcode viewScan} made of it.
 * @throws {InputError} If the scan cannot be read or shows no lungs, or the segmenter is not the one of the training.
 */
export async function predictScan(
  scan: string | ViewedScan,
  model: SurvivalModel,
  { engine, ...options }: PredictScanOptions,
): Promise<ScanPrediction> {
  const { path, reading, prepared, viewed } = typeof scan === "string" ? await viewScan(scan, model, options) : scan;
  const predictor = await modelPredictor(engine, model);
  try {
    const prediction = await predictor.predict(path, viewed);
    return {
      ...prediction,
      kept: prepared.kept.length,
      seen: viewed.seen.map((i) => prepared.kept[i]!),
      warnings: reading.warnings,
    };
  } finally {
    await predictor.dispose();
  }
}
