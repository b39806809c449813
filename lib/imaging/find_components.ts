import type { Shape } from "./volume.ts";

/** Connected regions of a mask, as runs of voxels along rows. */
export interface Components {
  /** Voxels of each component. [components] */
  readonly sizes: Float64Array;
  /** First voxel of each run. [runs] */
  readonly starts: Int32Array;
  /** Voxel past the end of each run. [runs] */
  readonly ends: Int32Array;
  /** Which component each run belongs to. [runs] */
  readonly labels: Int32Array;
}

/**
 * The regions of non-zero voxels that hang together by faces (6-connected; 4-connected where there is one slice), in the
 * order of their first voxels. Runs of voxels are joined by union-find, so the cost goes with the outline, not the
 * volume, and no label volume is needed.
 *
 * @param mask [slices, rows, columns]
 */
export function findComponents(mask: Uint8Array, [slices, rows, columns]: Shape): Components {
  const { starts, ends, rowStarts } = findRuns(mask, slices * rows, columns);
  const parents = Int32Array.from(starts, (_, run) => run);
  const find = (run: number) => {
    while (parents[run] !== run) run = parents[run] = parents[parents[run]!]!;
    return run;
  };
  /** Joins the runs of two rows of voxels that are neighbours. */
  const join = (rowA: number, rowB: number) => {
    const shift = (rowA - rowB) * columns;
    let [a, b] = [rowStarts[rowA]!, rowStarts[rowB]!];
    const [endA, endB] = [rowStarts[rowA + 1]!, rowStarts[rowB + 1]!];
    while (a < endA && b < endB) {
      if (starts[a]! < ends[b]! + shift && starts[b]! + shift < ends[a]!) {
        const [rootA, rootB] = [find(a), find(b)];
        if (rootA < rootB) parents[rootB] = rootA;
        else parents[rootA] = rootB;
      }
      if (ends[a]! < ends[b]! + shift) a++;
      else b++;
    }
  };
  for (let row = 0; row < slices * rows; row++) {
    if (row % rows > 0) join(row, row - 1);
    if (row >= rows) join(row, row - rows);
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

/** Runs of non-zero voxels; those of row `r` are `rowStarts[r]` to `rowStarts[r + 1]`. */
function findRuns(mask: Uint8Array, rowCount: number, columns: number) {
  let capacity = 1024;
  let [starts, ends] = [new Int32Array(capacity), new Int32Array(capacity)];
  const rowStarts = new Int32Array(rowCount + 1);
  let count = 0;
  for (let row = 0; row < rowCount; row++) {
    const end = (row + 1) * columns;
    for (let voxel = row * columns; voxel < end; voxel++) {
      if (!mask[voxel]) continue;
      if (count === capacity) {
        capacity *= 2;
        const [oldStarts, oldEnds] = [starts, ends];
        [starts, ends] = [new Int32Array(capacity), new Int32Array(capacity)];
        starts.set(oldStarts);
        ends.set(oldEnds);
      }
      starts[count] = voxel;
      while (voxel < end && mask[voxel]) voxel++;
      ends[count++] = voxel;
    }
    rowStarts[row + 1] = count;
  }
  return { starts: starts.subarray(0, count), ends: ends.subarray(0, count), rowStarts };
}
