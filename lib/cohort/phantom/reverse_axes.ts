import type { Affine } from "@ctsurv/imaging/mod.ts";

/** Voxels on a grid: [slices, rows, columns], and (column, row, slice, 1) -> LPS mm. */
export interface Grid<T extends Int16Array | Uint8Array> {
  readonly data: T;
  readonly shape: readonly [slices: number, rows: number, columns: number];
  readonly affine: Affine;
}

/**
 * Stores a volume in "LPS" order in another one: the same voxels at the same places in the patient, with some axes
 * running the other way.
 *
 * @param orientation The wanted order, such as "LAS": a side for columns (L or R), rows (P or A) and slices (S or I).
 */
export function reverseAxes<T extends Int16Array | Uint8Array>(grid: Grid<T>, orientation: string): Grid<T> {
  const { data, shape: [slices, rows, columns], affine } = grid;
  const isReversed = [...orientation].map((side, axis) => side !== "LPS"[axis]);
  const reversed = data.slice() as T;
  for (let slice = 0; slice < slices; slice++) {
    const toSlice = isReversed[2] ? slices - 1 - slice : slice;
    for (let row = 0; row < rows; row++) {
      const toRow = isReversed[1] ? rows - 1 - row : row;
      const from = (slice * rows + row) * columns;
      const line = data.subarray(from, from + columns);
      const to = (toSlice * rows + toRow) * columns;
      reversed.set(line, to);
      if (isReversed[0]) reversed.subarray(to, to + columns).reverse();
    }
  }
  const turned = [...affine] as number[];
  [columns, rows, slices].forEach((size, axis) => {
    if (!isReversed[axis]) return;
    for (const world of [0, 4, 8]) {
      turned[world + 3]! += (size - 1) * turned[world + axis]!;
      turned[world + axis]! *= -1;
    }
  });
  return { data: reversed, shape: grid.shape, affine: turned as unknown as Affine };
}
