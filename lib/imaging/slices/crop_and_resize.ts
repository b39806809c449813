import type { Shape } from "../volume/volume.ts";

/** A rectangle within slices, in voxel indices. Both ends are included. */
export interface Box {
  /** First and last row; `last - first + 1` rows. */
  readonly rows: readonly [first: number, last: number];
  /** First and last column; `last - first + 1` columns. */
  readonly columns: readonly [first: number, last: number];
}

/**
 * Finds the smallest rectangle around the lungs of all kept slices together, without margin. Every slice of a patient
 * is cropped to it.
 *
 * @param mask Lungs, [slices, rows, columns].
 * @param kept Indices of the kept slices, as {@linkcode selectSlices} gives them.
 * @throws {RangeError} If there is no lung in the kept slices.
 *
 * @example
 * ```ts
 * import { cropBox } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * const mask = Uint8Array.of(
 *   ...[0, 0, 0, 0, 0],
 *   ...[0, 1, 0, 0, 0],
 *   ...[0, 1, 1, 1, 0],
 *   ...[0, 0, 0, 0, 0],
 * );
 * assertEquals(cropBox(mask, [1, 4, 5], [0]), { rows: [1, 2], columns: [1, 3] });
 * ```
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

/**
 * Cuts a box out of a slice and resizes it to `size` x `size` pixels. The interpolation is bilinear with half-pixel
 * centres. It has no antialiasing and does not keep the aspect ratio: it is OpenCV's `INTER_LINEAR`, and PyTorch's
 * `interpolate` with `align_corners=False`.
 *
 * @param slice HU, [rows, columns].
 * @param columns Columns of the slice.
 * @returns [size, size]
 *
 * @example
 * ```ts
 * import { resizeSlice } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * const slice = Float32Array.of(
 *   ...[0, 100],
 *   ...[0, 100],
 * );
 * const resized = resizeSlice(slice, 2, { rows: [0, 1], columns: [0, 1] }, 4);
 * assertEquals([...resized.subarray(0, 4)], [0, 25, 75, 100]); // the first of four rows
 * ```
 */
export function resizeSlice(slice: Int16Array | Float32Array, columns: number, box: Box, size: number): Float32Array {
  const y = axisTaps(box.rows, size);
  const x = axisTaps(box.columns, size);
  const result = new Float32Array(size * size);
  for (let row = 0; row < size; row++) {
    const [above, below, v] = [y.low[row]! * columns, y.high[row]! * columns, y.weight[row]!];
    for (let column = 0; column < size; column++) {
      const [left, right, u] = [x.low[column]!, x.high[column]!, x.weight[column]!];
      const upper = slice[above + left]! * (1 - u) + slice[above + right]! * u;
      const lower = slice[below + left]! * (1 - u) + slice[below + right]! * u;
      result[row * size + column] = upper * (1 - v) + lower * v;
    }
  }
  return result;
}

/** The two old pixels around each new one and the weight of the second. Pixels at the edge repeat. */
function axisTaps([first, last]: readonly [number, number], size: number) {
  const length = last - first + 1;
  const at = Array.from({ length: size }, (_, i) => Math.max(0, (i + 0.5) * length / size - 0.5));
  return {
    low: Int32Array.from(at, (x) => first + Math.min(length - 1, Math.floor(x))),
    high: Int32Array.from(at, (x) => first + Math.min(length - 1, Math.floor(x) + 1)),
    weight: Float64Array.from(at, (x) => x - Math.floor(x)),
  };
}
