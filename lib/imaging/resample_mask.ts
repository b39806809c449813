import type { Volume } from "./volume.ts";

/**
 * Takes a mask of a volume over to what {@linkcode resample} made of the volume: each voxel takes its nearest old one (of
 * two equally near the later), and is 0 outside.
 *
 * @param mask [slices, rows, columns] of `from`.
 * @returns [slices, rows, columns] of `to`.
 */
export function resampleMask(mask: Uint8Array, from: Grid, to: Grid): Uint8Array {
  const nearest = (axis: 0 | 1 | 2) =>
    Int32Array.from({ length: to.shape[axis] }, (_, i) => {
      const index = Math.floor((i + 0.5) * to.spacing[axis] / from.spacing[axis]);
      return index < from.shape[axis] ? index : -1;
    });
  const [slices, rows, columns] = [nearest(0), nearest(1), nearest(2)];
  const result = new Uint8Array(slices.length * rows.length * columns.length);
  let target = 0;
  for (const slice of slices) {
    for (const row of rows) {
      const start = (slice * from.shape[1] + row) * from.shape[2];
      const isInside = slice >= 0 && row >= 0;
      for (const column of columns) result[target++] = isInside && column >= 0 ? mask[start + column]! : 0;
    }
  }
  return result;
}

type Grid = Pick<Volume, "shape" | "spacing">;
