import type { Shape } from "../volume/volume.ts";

export interface SelectSlicesOptions {
  /** Lung area above which a slice passes, as a share of the whole slice; default 0.02, the paper's 2 %. */
  readonly threshold?: number;
  /**
   * Slices between the first and the last that pass, but do not pass themselves: "keep" (default, as the authors' code)
   * or "drop" (the paper's words read strictly).
   */
  readonly interior?: "keep" | "drop";
}

export interface SliceSelection {
  /** Lung area of every slice as a share of the slice. [slices] */
  readonly areas: Float64Array;
  /** Indices of the slices to keep, ascending; empty if none passes. */
  readonly kept: readonly number[];
}

/**
 * Chooses the slices that show lung.
 *
 * @param mask Lungs, [slices, rows, columns].
 */
export function selectSlices(
  mask: Uint8Array,
  [slices, rows, columns]: Shape,
  options: SelectSlicesOptions = {},
): SliceSelection {
  const { threshold = 0.02, interior = "keep" } = options;
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
