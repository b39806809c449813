import type { Shape } from "./volume.ts";

/** A rectangle within slices, voxel indices, both ends included. */
export interface Box {
  readonly rows: readonly [first: number, last: number];
  readonly columns: readonly [first: number, last: number];
}

/**
 * The smallest rectangle around the lungs of all kept slices together, without margin, so that every slice of a patient
 * is cropped alike.
 *
 * @param mask Lungs, [slices, rows, columns].
 * @throws {RangeError} If there is no lung in the kept slices.
 */
export function cropBox(mask: Uint8Array, [, rows, columns]: Shape, kept: readonly number[]): Box {
  let [top, bottom, left, right] = [rows, -1, columns, -1];
  for (const slice of kept) {
    for (let row = 0; row < rows; row++) {
      const line = mask.subarray((slice * rows + row) * columns, (slice * rows + row + 1) * columns);
      const first = line.findIndex((voxel) => voxel !== 0);
      if (first < 0) continue;
      top = Math.min(top, row);
      bottom = Math.max(bottom, row);
      left = Math.min(left, first);
      right = Math.max(right, line.findLastIndex((voxel) => voxel !== 0));
    }
  }
  if (bottom < 0) throw new RangeError("There is no lung in the slices to crop");
  return { rows: [top, bottom], columns: [left, right] };
}
