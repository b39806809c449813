import type { Tumour } from "@ctsurv/cohort/mod.ts";
import { DEFAULT_SETTINGS, type PreprocessedSlices } from "@ctsurv/imaging/mod.ts";

/**
 * Where a patient's tumour is on the slices that preprocessing made, for drawing its outline: each pixel takes the
 * nearest voxel of the scan, and is 0 outside of it.
 *
 * @returns [kept, size, size], 1 in the tumour.
 */
export function tumourOnSlices(
  { mask, shape, spacing }: Tumour,
  { kept, box, size }: Pick<PreprocessedSlices, "kept" | "box" | "size">,
): Uint8Array {
  // The resampled grid may end after the scan does.
  const voxel = (axis: 0 | 1 | 2, mm: number) => mm / spacing[axis] < shape[axis] ? Math.floor(mm / spacing[axis]) : -1;
  const along = (axis: 1 | 2, [first, last]: readonly [number, number]) =>
    Array.from({ length: size }, (_, pixel) => {
      const resampled = first + (pixel + 0.5) * (last - first + 1) / size;
      return voxel(axis, resampled * DEFAULT_SETTINGS.spacing[axis]);
    });
  const [rows, columns] = [along(1, box.rows), along(2, box.columns)];
  const result = new Uint8Array(kept.length * size * size);
  let pixel = 0;
  for (const slice of kept) {
    const plane = voxel(0, (slice + 0.5) * DEFAULT_SETTINGS.spacing[0]);
    for (const row of rows) {
      for (const column of columns) {
        const isInside = Math.min(plane, row, column) >= 0;
        result[pixel++] = isInside ? mask[(plane * shape[1] + row) * shape[2] + column]! : 0;
      }
    }
  }
  return result;
}
