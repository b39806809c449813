/**
 * Resizes a volume by averaging: each new voxel is the mean of the old voxels that it covers. No voxel is skipped when
 * an axis shrinks; voxels repeat where an axis grows.
 *
 * @param volume [from[0], from[1], from[2]]
 * @returns [to[0], to[1], to[2]]
 *
 * @example
 * ```ts
 * import { averageVolume } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(averageVolume(Float32Array.of(1, 3, 5, 7), [1, 1, 4], [1, 1, 2]), Float32Array.of(2, 6));
 * ```
 */
export function averageVolume(
  volume: Float32Array,
  from: readonly [number, number, number],
  to: readonly [number, number, number],
): Float32Array {
  let result = volume;
  const shape = [...from];
  // The last axis first: it is the one that lies together in memory.
  for (const axis of [2, 1, 0]) {
    if (shape[axis] === to[axis]) continue;
    result = averageAxis(result, shape, axis, to[axis]!);
    shape[axis] = to[axis]!;
  }
  return result;
}

function averageAxis(volume: Float32Array, shape: readonly number[], axis: number, to: number): Float32Array {
  const from = shape[axis]!;
  const inner = shape.slice(axis + 1).reduce((product, dim) => product * dim, 1);
  const outer = shape.slice(0, axis).reduce((product, dim) => product * dim, 1);
  const result = new Float32Array(outer * to * inner);
  const step = from / to;
  for (let next = 0; next < to; next++) {
    const [first, end] = [next * step, (next + 1) * step];
    for (let old = Math.floor(first); old < Math.min(from, end); old++) {
      const share = (Math.min(old + 1, end) - Math.max(old, first)) / step;
      for (let block = 0; block < outer; block++) {
        const [source, target] = [(block * from + old) * inner, (block * to + next) * inner];
        for (let i = 0; i < inner; i++) result[target + i]! += share * volume[source + i]!;
      }
    }
  }
  return result;
}
