import { InputError } from "@ctsurv/base/mod.ts";
import { windowHu } from "../volume/hu.ts";
import { canonicalOrientation } from "../volume/orientation.ts";
import { resample, type ResampleOptions } from "../volume/resample.ts";
import type { Volume } from "../volume/volume.ts";
import { type Box, cropBox, resizeSlice } from "./crop_and_resize.ts";
import { LEAST_LUNG, selectSlices, type SelectSlicesOptions } from "./select_slices.ts";

/**
 * Finds the lungs in a CT. {@linkcode thresholdLungs} uses a threshold. A network comes in as such an object too, so
 * that this folder needs no tensors.
 */
export interface LungSegmenter {
  /** Method and settings or weights, for provenance and cache keys. Two segmenters of one name give the same masks. */
  readonly name: string;
  /** The options that `createLungSegmenter` made it from, so that another thread can make it too; absent for others. */
  readonly recipe?: { readonly method: string; readonly weightsFolder?: string };
  /**
   * Finds the lungs of a volume in canonical ("LPS") orientation.
   *
   * @returns 1 in the lungs, 0 elsewhere; [slices, rows, columns] of the volume.
   */
  segment(volume: Volume): Promise<Uint8Array>;
}

/** Thrown for a scan in which no slice shows enough lung: it is not a chest CT, or the lungs were not found. */
export class NoLungError extends InputError {
  /** An error with what was found; `message` begins with the file or the patient. */
  constructor(
    message: string,
    /** Lung area of every slice of the resampled volume, as a share of the slice. [slices] */
    readonly areas: Float64Array,
    /** Volume of everything that was taken for lung, mL. */
    readonly lungVolume: number,
  ) {
    super(message);
  }
}

/** Settings of {@linkcode preprocess} that its numbers depend on. They are part of the keys of caches. */
export interface PreprocessSettings extends ResampleOptions, SelectSlicesOptions {
  /** Rows and columns of the result; default 224. */
  readonly size?: number;
  /** HU that become 0 and 1; default [-1000, 400]. */
  readonly window?: readonly [low: number, high: number];
  /**
   * Whether HU beyond the window are clipped to its ends; default true. The authors' code does not clip. Then numbers
   * below 0 and above 1 occur, for a network whose input is scaled by `measureIntensities`.
   */
  readonly clip?: boolean;
  /**
   * mL. A scan with less lung is refused, whatever its slices look like: the lung bases at the top of an abdominal scan
   * can fill 5 % of a slice. Default 300.
   */
  readonly leastLungVolume?: number;
}

/** Options of {@linkcode preprocess}. */
export interface PreprocessOptions extends PreprocessSettings {
  /** Finds the lungs in the resampled volume. */
  readonly segmenter: LungSegmenter;
  /** File or patient, for the beginning of error messages. Default "volume". */
  readonly where?: string;
}

/** The settings of the paper. Where it gives none, they are this project's own. HU are clipped to the window. */
export const defaultSettings: Required<Omit<PreprocessSettings, "clip">> = {
  spacing: [3, 1, 1],
  interpolation: "bspline",
  outside: -1024,
  threshold: LEAST_LUNG,
  interior: "keep",
  size: 224,
  window: [-1000, 400],
  leastLungVolume: 300,
};

/** The kept slices of one patient, ready for the networks. */
export interface PreprocessedSlices {
  /** HU mapped to [0, 1], beyond it only if they are not clipped; [kept, size, size], from feet to head. */
  readonly slices: Float32Array;
  /** Rows and columns of each slice. */
  readonly size: number;
  /** Indices of the kept slices in the resampled volume, ascending. */
  readonly kept: readonly number[];
  /** Index of the first kept slice, the lowest. */
  readonly first: number;
  /** Index of the last kept slice, the highest. */
  readonly last: number;
  /** The rectangle that was cut out of each slice of the resampled volume. */
  readonly box: Box;
  /** Lung area of every slice of the resampled volume, as a share of the slice. [slices] */
  readonly areas: Float64Array;
  /** Volume of the lungs in the resampled volume, mL. */
  readonly lungVolume: number;
}

/** The slices together with the volume and the lungs behind them, for figures and measurements. */
export interface PreprocessedScan extends PreprocessedSlices {
  /** The volume in "LPS" order and at the new spacing. */
  readonly resampled: Volume;
  /** Lungs, [slices, rows, columns] of the resampled volume. */
  readonly lungs: Uint8Array;
}

/**
 * Turns a CT into the slices that a 2D network sees. The steps: canonical orientation, resampling, lungs, the slices
 * with more than 2 % lung, one crop box for all of them, resizing to 224 x 224, and the HU window as [0, 1].
 *
 * @throws {NoLungError} If no slice passes, or the lungs are too small for a chest CT.
 * @throws {InputError} If the volume is oblique, or too large once resampled.
 *
 * @example
 * ```ts
 * import { type LungSegmenter, preprocess } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * // Three slices of 8 x 8 voxels of tissue, with 4 x 4 voxels of lung in the second.
 * const hu = new Int16Array(3 * 64).fill(40);
 * for (let row = 2; row < 6; row++) hu.fill(-850, 64 + 8 * row + 2, 64 + 8 * row + 6);
 * const segmenter: LungSegmenter = {
 *   name: "below -500 HU",
 *   segment: ({ hu }) => Promise.resolve(Uint8Array.from(hu, (value) => value < -500 ? 1 : 0)),
 * };
 *
 * const { slices, kept, box } = await preprocess({
 *   hu,
 *   shape: [3, 8, 8],
 *   spacing: [3, 1, 1],
 *   affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1],
 *   orientation: "LPS",
 * }, { segmenter, size: 2, leastLungVolume: 0 });
 * assertEquals(kept, [1]);
 * assertEquals(box, { rows: [2, 5], columns: [2, 5] });
 * assertEquals(slices.map((value) => Math.round(1400 * value - 1000)), Float32Array.of(-850, -850, -850, -850));
 * ```
 */
export async function preprocess(volume: Volume, options: PreprocessOptions): Promise<PreprocessedScan> {
  const { segmenter, where = "volume", ...given } = options;
  const settings = { ...defaultSettings, clip: true, ...given };
  const resampled = resample(canonicalOrientation(volume, where), settings);
  const lungs = await segmenter.segment(resampled);
  if (lungs.length !== resampled.hu.length) {
    throw new Error(`Segmenter "${segmenter.name}" gave ${lungs.length} voxels for ${resampled.hu.length}`);
  }
  const { areas, kept } = selectSlices(lungs, resampled.shape, settings);
  const [, rows, columns] = resampled.shape;
  const voxels = areas.reduce((sum, area) => sum + area, 0) * rows * columns;
  const lungVolume = Math.round(voxels) * resampled.spacing.reduce((product, mm) => product * mm, 1) / 1000;
  const complaint = describeLack(areas, lungVolume, settings);
  if (complaint) throw new NoLungError(`${where}: ${complaint}`, areas, lungVolume);

  const { size, window, clip } = settings;
  const box = cropBox(lungs, resampled.shape, kept);
  const result = new Float32Array(kept.length * size * size);
  kept.forEach((slice, i) => {
    const plane = resampled.hu.subarray(slice * rows * columns, (slice + 1) * rows * columns);
    result.set(windowHu(resizeSlice(plane, columns, box, size), window, clip), i * size * size);
  });
  const [first, last] = [kept[0]!, kept.at(-1)!];
  return { slices: result, size, kept, first, last, box, areas, lungVolume, resampled, lungs };
}

function describeLack(areas: Float64Array, lungVolume: number, settings: Required<PreprocessSettings>) {
  const { threshold, leastLungVolume } = settings;
  const largest = areas.reduce((best, area, slice) => area > areas[best]! ? slice : best, 0);
  const percent = (share: number) => `${Number((100 * share).toPrecision(2))} %`;
  const found = `${Math.round(lungVolume)} mL, at most ${
    percent(areas[largest]!)
  } of a slice (slice ${largest} of ${areas.length})`;
  if (areas[largest]! <= threshold) {
    return `no slice is more than ${percent(threshold)} lung. Found: ${found}. Is this a chest CT in HU?`;
  }
  if (lungVolume < leastLungVolume) {
    return `no slice kept: too little lung for a chest CT, which shows at least ${leastLungVolume} mL. Found: ${found}. ` +
      "Is this an abdominal scan?";
  }
  return undefined;
}
