import type { Shape } from "../volume/volume.ts";

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

/**
 * Cuts a box out of a slice and resizes it to `size` x `size` by bilinear interpolation with half-pixel centres, without
 * antialiasing and without keeping the aspect ratio: OpenCV's `INTER_LINEAR`, PyTorch's `interpolate` with
 * `align_corners=False`.
 *
 * @param slice [rows, columns], rows of `columns` values.
 * @returns [size, size]
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

/** For each new pixel the two old ones it lies between and the weight of the second; the edge repeats. */
function axisTaps([first, last]: readonly [number, number], size: number) {
  const length = last - first + 1;
  const at = Array.from({ length: size }, (_, i) => Math.max(0, (i + 0.5) * length / size - 0.5));
  return {
    low: Int32Array.from(at, (x) => first + Math.min(length - 1, Math.floor(x))),
    high: Int32Array.from(at, (x) => first + Math.min(length - 1, Math.floor(x) + 1)),
    weight: Float64Array.from(at, (x) => x - Math.floor(x)),
  };
}
