import type { Volume } from "../volume/volume.ts";

/**
 * Brings a mask of a volume to the grid that {@linkcode resample} gave the volume. Each voxel takes its nearest old one
 * (of two equally near, the later) and is 0 outside.
 *
 * @param mask [slices, rows, columns] of `from`.
 * @returns [slices, rows, columns] of `to`.
 *
 * @example
 * ```ts
 * import { resampleMask } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * const old = { shape: [1, 1, 2], spacing: [3, 1, 2] } as const;
 * const fine = { shape: [1, 1, 4], spacing: [3, 1, 1] } as const;
 * assertEquals(resampleMask(Uint8Array.of(0, 1), old, fine), Uint8Array.of(0, 0, 1, 1));
 * ```
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

/** The grid of a volume: voxels along [slices, rows, columns], and mm along [slice, row, column]. */
export type Grid = Pick<Volume, "shape" | "spacing">;

/** Pixels of a slice. */
export type Pixels = Uint8Array | Int16Array | Float32Array;

/** Rows and columns of a slice. */
export type PlaneShape = readonly [rows: number, columns: number];

/**
 * Resizes a slice as `scipy.ndimage.zoom(slice, to / from, order=…)` does: the centres of the corner pixels stay where
 * they are. In SciPy's mode "constant" a last row or column is 0 if rounding puts its position just beyond the last
 * pixel. It is 0 here too.
 *
 * @param slice [rows, columns] of `from`.
 * @param order 0: the nearest pixel. 1: bilinear; whole numbers are rounded, halves away from zero.
 * @returns [rows, columns] of `to`, of the slice's own type.
 *
 * @example
 * ```ts
 * import { zoomSlice } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(zoomSlice(Float32Array.of(0, 10), [1, 2], [1, 3], 1), Float32Array.of(0, 5, 10));
 * ```
 */
export function zoomSlice<P extends Pixels>(slice: P, from: PlaneShape, to: PlaneShape, order: 0 | 1): P {
  const [y, x] = [zoomAxis(from[0], to[0]), zoomAxis(from[1], to[1])];
  const result = new (slice.constructor as new (length: number) => P)(to[0] * to[1]);
  const columns = from[1];
  const isWhole = !(slice instanceof Float32Array);
  for (let row = 0, target = 0; row < to[0]; row++) {
    const v = y[row]!;
    for (let column = 0; column < to[1]; column++, target++) {
      const u = x[column]!;
      if (v < 0 || u < 0) continue;
      if (order === 0) {
        result[target] = slice[Math.floor(v + 0.5) * columns + Math.floor(u + 0.5)]!;
        continue;
      }
      const value = bilinear(slice, columns, v, u);
      result[target] = isWhole ? Math.trunc(value < 0 ? value - 0.5 : value + 0.5) : value;
    }
  }
  return result;
}

/** The position of every new pixel along an axis, in old pixels; -1 beyond the last. */
function zoomAxis(from: number, to: number): Float64Array {
  const step = to > 1 ? (from - 1) / (to - 1) : 1;
  return Float64Array.from({ length: to }, (_, i) => i * step > from - 1 ? -1 : i * step);
}

function bilinear(slice: Pixels, columns: number, y: number, x: number): number {
  const [row, column] = [Math.floor(y), Math.floor(x)];
  const [v, u] = [y - row, x - column];
  // On the last row or column the weight of what would lie beyond is 0.
  const [down, right] = [v > 0 ? columns : 0, u > 0 ? 1 : 0];
  const i = row * columns + column;
  return slice[i]! * (1 - v) * (1 - u) + slice[i + right]! * (1 - v) * u + slice[i + down]! * v * (1 - u) +
    slice[i + down + right]! * v * u;
}
