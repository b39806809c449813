import type { Shape } from "../volume/volume.ts";

/**
 * Sets the unwanted components of a mask to 0, in place.
 *
 * @param mask The mask that the components were found in; [slices, rows, columns].
 * @param isUnwanted Called with the index of a component in `sizes`.
 *
 * @example
 * ```ts
 * import { eraseComponents, findComponents } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * const mask = Uint8Array.of(1, 1, 0, 1);
 * const components = findComponents(mask, [1, 1, 4]);
 * eraseComponents(mask, components, (label) => components.sizes[label]! < 2);
 * assertEquals(mask, Uint8Array.of(1, 1, 0, 0));
 * ```
 */
export function eraseComponents(
  mask: Uint8Array,
  { starts, ends, labels }: Components,
  isUnwanted: (label: number) => boolean,
): void {
  for (let run = 0; run < starts.length; run++) {
    if (isUnwanted(labels[run]!)) mask.fill(0, starts[run], ends[run]);
  }
}

/** Connected regions of a mask or label volume, as runs of voxels along rows. */
export interface Components {
  /** Voxels of each component. [components] */
  readonly sizes: Float64Array;
  /** First voxel of each run, ascending. [runs] */
  readonly starts: Int32Array;
  /** Voxel past the end of each run. [runs] */
  readonly ends: Int32Array;
  /** Which component each run belongs to. [runs] */
  readonly labels: Int32Array;
}

/** Which voxels are neighbours: those that share a face (6; 4 in a slice), or also an edge or a corner (26; 8). */
export type Connectivity = "faces" | "corners";

/**
 * Finds the connected regions of equal, non-zero voxels, in the order of their first voxels. Runs of voxels are joined
 * by union-find, so the cost grows with the outline of the regions, not with the volume, and no label volume is needed.
 *
 * @param mask [slices, rows, columns]
 *
 * @example
 * ```ts
 * import { findComponents } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * const mask = Uint8Array.of(
 *   ...[1, 1, 0, 0],
 *   ...[0, 0, 1, 0],
 * );
 * assertEquals([...findComponents(mask, [1, 2, 4]).sizes], [2, 1]);
 * assertEquals([...findComponents(mask, [1, 2, 4], "corners").sizes], [3]);
 * ```
 */
export function findComponents(
  mask: Uint8Array,
  [slices, rows, columns]: Shape,
  connectivity: Connectivity = "faces",
): Components {
  const { starts, ends, rowStarts } = findRuns(mask, slices * rows, columns);
  const parents = Int32Array.from(starts, (_, run) => run);
  const find = (run: number) => {
    while (parents[run] !== run) run = parents[run] = parents[parents[run]!]!;
    return run;
  };
  const union = (a: number, b: number) => {
    const [rootA, rootB] = [find(a), find(b)];
    if (rootA < rootB) parents[rootB] = rootA;
    else parents[rootA] = rootB;
  };
  /** How far apart the ends of two runs in neighbouring rows may be. */
  const reach = connectivity === "corners" ? 1 : 0;
  /** Joins the runs of two rows of voxels that are neighbours. */
  const join = (rowA: number, rowB: number) => {
    const shift = (rowA - rowB) * columns;
    const endB = rowStarts[rowB + 1]!;
    let next = rowStarts[rowB]!;
    for (let a = rowStarts[rowA]!; a < rowStarts[rowA + 1]!; a++) {
      const [from, to] = [starts[a]! - shift - reach, ends[a]! - shift + reach];
      while (next < endB && ends[next]! <= from) next++;
      for (let b = next; b < endB && starts[b]! < to; b++) {
        if (mask[starts[a]!] === mask[starts[b]!]) union(a, b);
      }
    }
  };
  for (let row = 0; row < slices * rows; row++) {
    const [isFirst, isLast] = [row % rows === 0, row % rows === rows - 1];
    if (!isFirst) join(row, row - 1);
    if (row < rows) continue;
    join(row, row - rows);
    if (reach && !isFirst) join(row, row - rows - 1);
    if (reach && !isLast) join(row, row - rows + 1);
  }

  const labels = new Int32Array(starts.length);
  const sizes: number[] = [];
  // A root is the lowest run of its component, so its label is there before it is asked for.
  for (let run = 0; run < starts.length; run++) {
    const root = find(run);
    const label = root === run ? sizes.push(0) - 1 : labels[root]!;
    labels[run] = label;
    sizes[label]! += ends[run]! - starts[run]!;
  }
  return { sizes: Float64Array.from(sizes), starts, ends, labels };
}

/** Runs of equal, non-zero voxels; those of row `r` are `rowStarts[r]` to `rowStarts[r + 1]`. */
function findRuns(mask: Uint8Array, rowCount: number, columns: number) {
  let capacity = 1024;
  let [starts, ends] = [new Int32Array(capacity), new Int32Array(capacity)];
  const rowStarts = new Int32Array(rowCount + 1);
  let count = 0;
  for (let row = 0; row < rowCount; row++) {
    const end = (row + 1) * columns;
    let voxel = row * columns;
    while (voxel < end) {
      const value = mask[voxel];
      const start = voxel++;
      if (!value) continue;
      while (voxel < end && mask[voxel] === value) voxel++;
      if (count === capacity) {
        capacity *= 2;
        const [oldStarts, oldEnds] = [starts, ends];
        [starts, ends] = [new Int32Array(capacity), new Int32Array(capacity)];
        starts.set(oldStarts);
        ends.set(oldEnds);
      }
      starts[count] = start;
      ends[count++] = voxel;
    }
    rowStarts[row + 1] = count;
  }
  return { starts: starts.subarray(0, count), ends: ends.subarray(0, count), rowStarts };
}
