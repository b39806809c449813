import { bodyMask, type Shape, type Volume } from "@ctsurv/imaging/mod.ts";

/** Rows and columns of what the network sees. */
export const GRID_SIZE = 128;
/** mm, edge of its pixels: 384 mm hold any pair of lungs. */
export const GRID_PIXEL = 3;

/** HU that the network sees as 0 and 1. */
const WINDOW = [-1024, 600] as const;

/** The network's input for a HU. */
export function toGridValue(hu: number): number {
  return (Math.min(WINDOW[1], Math.max(WINDOW[0], hu)) - WINDOW[0]) / (WINDOW[1] - WINDOW[0]);
}

/** The middle of the grid in the rows and columns of a volume, the same for all its slices. */
export interface GridCentre {
  readonly row: number;
  readonly column: number;
}

/**
 * The centre of mass of the body, without couch and arms where they come off; the middle of the slices if there is no
 * body.
 */
export function findGridCentre(volume: Volume): GridCentre {
  const { mask, shape: [slices, rows, columns], rowStep, columnStep } = bodyMask(volume);
  let [count, rowSum, columnSum] = [0, 0, 0];
  for (let line = 0, i = 0; line < slices * rows; line++) {
    const before = count;
    for (let column = 0; column < columns; column++) {
      if (mask[i++] === 0) continue;
      count++;
      columnSum += column;
    }
    rowSum += (count - before) * (line % rows);
  }
  if (count === 0) return { row: (volume.shape[1] - 1) / 2, column: (volume.shape[2] - 1) / 2 };
  return { row: rowSum / count * rowStep, column: columnSum / count * columnStep };
}

/** Which voxels of an axis a pixel of the grid covers: from `first`, with these shares of the pixel. */
interface Cover {
  readonly first: number;
  readonly shares: Float64Array;
}

function coverAxis(size: number, spacing: number, centre: number): Cover[] {
  return Array.from({ length: GRID_SIZE }, (_, k) => {
    // Voxel v covers [v - 0.5, v + 0.5].
    const from = centre + 0.5 + (k - GRID_SIZE / 2) * GRID_PIXEL / spacing;
    const to = from + GRID_PIXEL / spacing;
    const first = Math.max(0, Math.floor(from));
    const last = Math.min(size - 1, Math.ceil(to) - 1);
    const shares = Float64Array.from(
      { length: Math.max(0, last - first + 1) },
      (_, i) => (Math.min(to, first + i + 1) - Math.max(from, first + i)) / (to - from),
    );
    return { first, shares };
  });
}

/**
 * Samples slices on the grid: each pixel is the mean of the network's inputs for the voxels that it covers, with air
 * outside the volume.
 *
 * @returns A function that writes slice `slice` into `target`, [128, 128].
 */
export function gridSampler({ hu, shape: [, rows, columns], spacing }: Volume, centre: GridCentre) {
  const rowCovers = coverAxis(rows, spacing[1], centre.row);
  const columnCovers = coverAxis(columns, spacing[2], centre.column);
  const line = new Float64Array(columns);
  return (slice: number, target: Float32Array): void => {
    rowCovers.forEach(({ first, shares }, gridRow) => {
      line.fill(0);
      shares.forEach((share, k) => {
        const start = (slice * rows + first + k) * columns;
        for (let column = 0; column < columns; column++) line[column]! += share * toGridValue(hu[start + column]!);
      });
      columnCovers.forEach((cover, gridColumn) => {
        let sum = 0;
        for (let k = 0; k < cover.shares.length; k++) sum += cover.shares[k]! * line[cover.first + k]!;
        target[gridRow * GRID_SIZE + gridColumn] = sum;
      });
    });
  };
}

/** The two pixels of the grid that each voxel of an axis lies between, and the weight of the second; -1 outside. */
function tapsOfAxis(size: number, spacing: number, centre: number) {
  const at = Float64Array.from(
    { length: size },
    (_, v) => (v - centre) * spacing / GRID_PIXEL + (GRID_SIZE - 1) / 2,
  );
  const isInside = (x: number) => x >= 0 && x <= GRID_SIZE - 1;
  return {
    low: Int32Array.from(at, (x) => isInside(x) ? Math.min(GRID_SIZE - 2, Math.floor(x)) : -1),
    weight: Float64Array.from(at, (x) => x - Math.min(GRID_SIZE - 2, Math.floor(x))),
  };
}

/**
 * Brings probabilities on the grid back to a volume: the mask is 1 where their bilinear interpolation reaches one half.
 *
 * @returns A function that writes slice `slice` of the mask from `probabilities`, [128, 128].
 */
export function gridPainter(
  mask: Uint8Array,
  { shape: [, rows, columns], spacing }: { readonly shape: Shape; readonly spacing: Volume["spacing"] },
  centre: GridCentre,
) {
  const y = tapsOfAxis(rows, spacing[1], centre.row);
  const x = tapsOfAxis(columns, spacing[2], centre.column);
  const line = new Float64Array(GRID_SIZE);
  return (slice: number, probabilities: Float32Array): void => {
    if (!probabilities.some((probability) => probability >= 0.5)) return;
    for (let row = 0; row < rows; row++) {
      if (y.low[row]! < 0) continue;
      const [above, v] = [y.low[row]! * GRID_SIZE, y.weight[row]!];
      for (let k = 0; k < GRID_SIZE; k++) {
        line[k] = probabilities[above + k]! * (1 - v) + probabilities[above + GRID_SIZE + k]! * v;
      }
      const start = (slice * rows + row) * columns;
      for (let column = 0; column < columns; column++) {
        const low = x.low[column]!;
        if (low < 0) continue;
        const u = x.weight[column]!;
        if (line[low]! * (1 - u) + line[low + 1]! * u >= 0.5) mask[start + column] = 1;
      }
    }
  };
}
