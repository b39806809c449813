import { join } from "node:path";
import { InputError, OutputError, type Progress } from "@ctsurv/base/mod.ts";
import type { LungSegmenter, PreprocessSettings } from "@ctsurv/imaging/mod.ts";
import { type ScanToPreprocess, sliceQueue } from "./slice_queue.ts";

/** One mean and standard deviation of the pixels of slices. */
export interface IntensityScaling {
  /** Mean of the pixels, in the unit of preprocessed slices: 0 is -1000 HU, and 1 is 400 HU. */
  readonly mean: number;
  /** Their standard deviation, divided by their number; above 0. */
  readonly std: number;
}

/** Options of {@linkcode measureIntensities}. */
export interface MeasureIntensitiesOptions {
  /** Finds the lungs in a scan. */
  readonly segmenter: LungSegmenter;
  /** Folder where slices are kept between runs. */
  readonly cache: string;
  /** How scans become slices; the authors' code does not clip. @default {the paper's settings} */
  readonly settings?: PreprocessSettings;
  /** Is told after each patient. */
  readonly progress?: Progress;
}

/**
 * Mean and standard deviation of all pixels of all kept slices of some patients, for the authors' z-score. A patient whose
 * scan cannot be used is left out.
 *
 * The authors' code measures the training patients of each fold. Here all patients of the cohort are measured once: two
 * numbers over millions of pixels hardly differ between folds that share nine patients of ten, and features of a fold's
 * own would have to be extracted in every fold anew.
 *
 * @throws {InputError} If no patient can be used, or all pixels are equal.
 */
export async function measureIntensities(
  scans: readonly ScanToPreprocess[],
  { segmenter, cache, settings, progress }: MeasureIntensitiesOptions,
): Promise<IntensityScaling> {
  progress?.start("Intensities measured", scans.length);
  const queue = sliceQueue(scans, { segmenter, folder: join(cache, "slices"), ...settings && { settings } });
  const moments = { count: 0, mean: 0, squares: 0 };
  try {
    for (const _ of scans) {
      try {
        merge(moments, (await queue.next()).slices);
      } catch (error) {
        if (!(error instanceof InputError) || error instanceof OutputError) throw error;
      }
      progress?.tick();
    }
  } finally {
    queue.close();
  }
  const { count, mean, squares } = moments;
  const std = Math.sqrt(squares / count);
  if (!(std > 0)) {
    throw new InputError(
      `The intensities of ${scans.length} scans have no spread to scale by: none could be used, or all pixels are equal`,
    );
  }
  progress?.done(`Intensities: mean ${mean.toFixed(3)}, standard deviation ${std.toFixed(3)}`);
  return { mean, std };
}

/** Adds pixels to running moments (Chan, Golub and LeVeque 1983), which keep their digits over any number of pixels. */
function merge(moments: { count: number; mean: number; squares: number }, pixels: Float32Array): void {
  let sum = 0;
  for (let i = 0; i < pixels.length; i++) sum += pixels[i]!;
  const own = sum / pixels.length;
  let squares = 0;
  for (let i = 0; i < pixels.length; i++) squares += (pixels[i]! - own) ** 2;
  const count = moments.count + pixels.length;
  const apart = own - moments.mean;
  moments.squares += squares + apart ** 2 * moments.count * pixels.length / count;
  moments.mean += apart * pixels.length / count;
  moments.count = count;
}
