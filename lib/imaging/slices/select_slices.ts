import type { Shape } from "../volume/volume.ts";

/** The share of a slice that has to be lung: "slices where lung area > 2 %" (the paper, Methods). */
export const LEAST_LUNG = 0.02;

/** Options of {@linkcode selectSlices}. */
export interface SelectSlicesOptions {
  /** Lung area above which a slice passes, as a share of the whole slice; default 0.02, the paper's 2 %. */
  readonly threshold?: number;
  /**
   * What happens to slices that do not pass, but lie between the first and the last that do: "keep" (default, as in the
   * authors' code) or "drop" (a strict reading of the paper).
   */
  readonly interior?: "keep" | "drop";
}

/** Which slices show lung, and how much of it. */
export interface SliceSelection {
  /** Lung area of every slice as a share of the slice. [slices] */
  readonly areas: Float64Array;
  /** Indices of the slices to keep, ascending; empty if none passes. */
  readonly kept: readonly number[];
}

/**
 * Chooses the slices that show enough lung: more than 2 % of the slice, by default.
 *
 * @param mask Lungs, [slices, rows, columns].
 *
 * @example
 * ```ts
 * import { selectSlices } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * // Five slices of 10 x 10 pixels with 0, 4, 1, 10 and 0 % of lung.
 * const mask = new Uint8Array(5 * 100);
 * [0, 4, 1, 10, 0].forEach((pixels, slice) => mask.fill(1, 100 * slice, 100 * slice + pixels));
 *
 * const { areas, kept } = selectSlices(mask, [5, 10, 10]);
 * assertEquals([...areas], [0, 0.04, 0.01, 0.1, 0]);
 * assertEquals(kept, [1, 2, 3]); // slice 2 lies between slices that pass
 * assertEquals(selectSlices(mask, [5, 10, 10], { interior: "drop" }).kept, [1, 3]);
 * ```
 */
export function selectSlices(
  mask: Uint8Array,
  [slices, rows, columns]: Shape,
  options: SelectSlicesOptions = {},
): SliceSelection {
  const { threshold = LEAST_LUNG, interior = "keep" } = options;
  const areas = Float64Array.from({ length: slices }, (_, slice) => {
    let voxels = 0;
    for (let i = slice * rows * columns; i < (slice + 1) * rows * columns; i++) if (mask[i]) voxels++;
    return voxels / (rows * columns);
  });
  const passing = [...areas.keys()].filter((slice) => areas[slice]! > threshold);
  if (interior === "drop" || passing.length === 0) return { areas, kept: passing };
  const [first, last] = [passing[0]!, passing.at(-1)!];
  return { areas, kept: Array.from({ length: last - first + 1 }, (_, i) => first + i) };
}
