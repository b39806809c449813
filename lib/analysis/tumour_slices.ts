import type { TumourMask } from "@ctsurv/cohort/mod.ts";
import { defaultSettings, type PreprocessedSlices, resampleMask } from "@ctsurv/imaging/mod.ts";

/**
 * The tumour of a patient on the slices that preprocessing made, for drawing its outline. Each pixel takes the nearest
 * voxel of the scan; outside the scan it is 0.
 *
 * @example
 * ```ts
 * import { tumourOnSlices } from "@ctsurv/ctsurv/analysis";
 * import { assertEquals } from "@std/assert";
 *
 * // A scan of one slice of 3 mm with 2 x 2 pixels of 1 mm; tumour in the second row, first column.
 * const tumour = { mask: Uint8Array.of(0, 0, 1, 0), shape: [1, 2, 2], spacing: [3, 1, 1], source: "SEG" } as const;
 * const box = { rows: [0, 1], columns: [0, 1] } as const;
 * const pixels = tumourOnSlices(tumour, { kept: [0], box, size: 4 }); // 4 x 4 pixels of 0.5 mm
 * assertEquals([...pixels], [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0]);
 * ```
 *
 * @returns [kept, size, size], 1 in the tumour.
 */
export function tumourOnSlices(
  { mask, shape, spacing }: TumourMask,
  { kept, box, size }: Pick<PreprocessedSlices, "kept" | "box" | "size">,
): Uint8Array {
  // The resampled grid may end after the scan does.
  const voxel = (axis: 0 | 1 | 2, mm: number) => mm / spacing[axis] < shape[axis] ? Math.floor(mm / spacing[axis]) : -1;
  const along = (axis: 1 | 2, [first, last]: readonly [number, number]) =>
    Array.from({ length: size }, (_, pixel) => {
      const resampled = first + (pixel + 0.5) * (last - first + 1) / size;
      return voxel(axis, resampled * defaultSettings.spacing[axis]);
    });
  const [rows, columns] = [along(1, box.rows), along(2, box.columns)];
  const result = new Uint8Array(kept.length * size * size);
  let pixel = 0;
  for (const slice of kept) {
    const plane = voxel(0, (slice + 0.5) * defaultSettings.spacing[0]);
    for (const row of rows) {
      for (const column of columns) {
        const isInside = Math.min(plane, row, column) >= 0;
        result[pixel++] = isInside ? mask[(plane * shape[1] + row) * shape[2] + column]! : 0;
      }
    }
  }
  return result;
}

/** Ranges of slices with tumour, first and last included, counted from 0 among the kept slices. */
export type TumourExtent = readonly (readonly [first: number, last: number])[];

/**
 * The slices with tumour among those that preprocessing kept, for scoring attention.
 *
 * @example
 * ```ts
 * import { tumourSlices } from "@ctsurv/ctsurv/analysis";
 * import { assertEquals } from "@std/assert";
 *
 * // Four slices of 6 mm with one pixel each, tumour in the second: slices 2 and 3 of the eight slices of 3 mm.
 * const tumour = { mask: Uint8Array.of(0, 1, 0, 0), shape: [4, 1, 1], spacing: [6, 1, 1], source: "SEG" } as const;
 * assertEquals(tumourSlices(tumour, { areas: new Float64Array(8), kept: [1, 2, 3, 4] }), [[1, 2]]);
 * ```
 *
 * @param facts Results of preprocessing: `areas` of all resampled slices, and the indices of those that were `kept`.
 */
export function tumourSlices(
  { mask, shape, spacing }: TumourMask,
  { areas, kept }: { readonly areas: ArrayLike<number>; readonly kept: readonly number[] },
): TumourExtent {
  const plane = shape[1] * shape[2];
  const holds = Uint8Array.from(
    { length: shape[0] },
    (_, slice) => mask.subarray(slice * plane, (slice + 1) * plane).includes(1) ? 1 : 0,
  );
  const resampled = resampleMask(
    holds,
    { shape: [shape[0], 1, 1], spacing: [spacing[0], 1, 1] },
    { shape: [areas.length, 1, 1], spacing: [defaultSettings.spacing[0], 1, 1] },
  );
  const ranges: [number, number][] = [];
  kept.forEach((slice, i) => {
    if (!resampled[slice]) return;
    const open = ranges.at(-1);
    if (open && open[1] === i - 1) open[1] = i;
    else ranges.push([i, i]);
  });
  return ranges;
}
