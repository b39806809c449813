import { InputError } from "@ctsurv/base/mod.ts";
import { windowHu } from "../volume/hu.ts";
import { canonicalOrientation } from "../volume/orientation.ts";
import { resample, type ResampleOptions } from "../volume/resample.ts";
import type { Volume } from "../volume/volume.ts";
import { type Box, cropBox, resizeSlice } from "./crop_and_resize.ts";
import { selectSlices, type SelectSlicesOptions } from "./select_slices.ts";

/**
 * Finds the lungs in a CT: by threshold, or by a network that is passed in, so that this folder needs no tensors.
 */
export interface LungSegmenter {
  /** Names method and settings or weights, for provenance and as part of cache keys: same name, same masks. */
  readonly name: string;
  /** How `createLungSegmenter` made it, so that another thread can have one too; absent where something else made it. */
  readonly recipe?: { readonly method: string; readonly weightsFolder?: string };
  /** 1 in the lungs, 0 elsewhere; [slices, rows, columns] of the volume, which is in canonical ("LPS") orientation. */
  segment(volume: Volume): Promise<Uint8Array>;
}

/** A scan in which no slice shows enough lung to be kept: not a chest CT, or the lungs were not found. */
export class NoLungError extends InputError {
  constructor(
    message: string,
    /** Lung area of every slice of the resampled volume, as a share of the slice. */
    readonly areas: Float64Array,
    /** Volume of all that was taken for lung, mL. */
    readonly lungVolume: number,
  ) {
    super(message);
  }
}

export interface PreprocessSettings extends ResampleOptions, SelectSlicesOptions {
  /** Rows and columns of the result; default 224. */
  readonly size?: number;
  /** HU that become 0 and 1; default [-1000, 400]. */
  readonly window?: readonly [low: number, high: number];
  /**
   * mL of lung below which a scan is no chest CT, however its slices look: the lung bases at the top of an abdominal scan
   * can fill 5 % of a slice. Default 300.
   */
  readonly leastLungVolume?: number;
}

export interface PreprocessOptions extends PreprocessSettings {
  readonly segmenter: LungSegmenter;
  /** Stands at the head of error messages: the file or the patient. Default "volume". */
  readonly where?: string;
}

/** The settings of the paper, and of this project where it is silent. */
export const defaultSettings: Required<PreprocessSettings> = {
  spacing: [3, 1, 1],
  interpolation: "bspline",
  outside: -1024,
  threshold: 0.02,
  interior: "keep",
  size: 224,
  window: [-1000, 400],
  leastLungVolume: 300,
};

/** One patient's slices, as the networks take them. */
export interface PreprocessedSlices {
  /** [kept, size, size], from feet to head, in [0, 1]. */
  readonly slices: Float32Array;
  readonly size: number;
  /** Which slices of the resampled volume were kept, ascending. */
  readonly kept: readonly number[];
  /** The first and the last of them. */
  readonly first: number;
  readonly last: number;
  /** What was cut out of each slice of the resampled volume. */
  readonly box: Box;
  /** Lung area of every slice of the resampled volume, as a share of the slice. */
  readonly areas: Float64Array;
  /** mL */
  readonly lungVolume: number;
}

/** The slices, and what came before them, for figures and measurements. */
export interface PreprocessedScan extends PreprocessedSlices {
  /** In "LPS" order and at the new spacing. */
  readonly resampled: Volume;
  /** Lungs, [slices, rows, columns] of the resampled volume. */
  readonly lungs: Uint8Array;
}

/**
 * From a CT to the slices a 2D network sees: canonical orientation, resampling, lungs, slices with more than 2 % lung,
 * one crop box for all of them, 224 x 224, HU window to [0, 1].
 *
 * @throws {NoLungError} If no slice passes.
 * @throws {InputError} If the volume is oblique.
 */
export async function preprocess(volume: Volume, options: PreprocessOptions): Promise<PreprocessedScan> {
  const { segmenter, where = "volume", ...given } = options;
  const settings = { ...defaultSettings, ...given };
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

  const { size, window } = settings;
  const box = cropBox(lungs, resampled.shape, kept);
  const result = new Float32Array(kept.length * size * size);
  kept.forEach((slice, i) => {
    const plane = resampled.hu.subarray(slice * rows * columns, (slice + 1) * rows * columns);
    result.set(windowHu(resizeSlice(plane, columns, box, size), window), i * size * size);
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
