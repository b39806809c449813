/** How samples along an axis are joined to a curve. */
export type Interpolation = "bspline" | "linear";

/**
 * How one axis is resampled: every new voxel is a weighted sum of a few old ones. Voxel edges, not centres, stay aligned,
 * so new voxel `j` lies at `(j + 0.5) * to / from - 0.5` in old voxels, as in TorchIO, pyradiomics and nnU-Net.
 */
export interface AxisResampling {
  /** Voxels after resampling: as many as it takes to cover the old extent. */
  readonly size: number;
  /** Old voxels that each new one draws on: 4 or 2. */
  readonly taps: number;
  /** Old index of each tap, [size * taps], mirrored or clamped at the ends. */
  readonly indices: Int32Array;
  /** Weight of each tap, [size * taps]. */
  readonly weights: Float64Array;
  /** 1 for a new voxel whose centre lies outside the old extent, where nothing was measured. [size] */
  readonly isOutside: Uint8Array;
  /** Whether samples must go through {@linkcode bsplineCoefficients} first. */
  readonly needsCoefficients: boolean;
}

/** Relative difference below which two spacings are the same: what a float32 header leaves uncertain. */
const SAME_SPACING = 1e-6;

/** The plan for an axis of `size` voxels, spacings in mm; undefined if the spacing stays as it is. */
export function planAxis(
  size: number,
  from: number,
  to: number,
  interpolation: Interpolation,
): AxisResampling | undefined {
  if (Math.abs(from - to) <= SAME_SPACING * to) return undefined;
  // The tolerance keeps 512 voxels of 0.9765625 mm at 500 of 1 mm, whatever the rounding.
  if (!(to > 0)) throw new RangeError(`A spacing of ${to} mm`);
  const newSize = Math.max(1, Math.ceil(size * from / to - 1e-4));
  const taps = interpolation === "bspline" ? 4 : 2;
  const indices = new Int32Array(newSize * taps);
  const weights = new Float64Array(newSize * taps);
  const isOutside = new Uint8Array(newSize);
  for (let j = 0; j < newSize; j++) {
    const x = (j + 0.5) * to / from - 0.5;
    isOutside[j] = x >= -0.5 && x < size - 0.5 ? 0 : 1;
    const left = Math.floor(x);
    const t = x - left;
    if (interpolation === "bspline") {
      weights.set(cubicWeights(t), 4 * j);
      for (let tap = 0; tap < 4; tap++) indices[4 * j + tap] = mirror(left - 1 + tap, size);
    } else {
      weights.set([1 - t, t], 2 * j);
      for (let tap = 0; tap < 2; tap++) indices[2 * j + tap] = Math.min(size - 1, Math.max(0, left + tap));
    }
  }
  return { size: newSize, taps, indices, weights, isOutside, needsCoefficients: interpolation === "bspline" };
}

/** The cubic B-spline at distances 1 + t, t, 1 - t and 2 - t (Unser 1999, doi 10.1109/79.799930). */
function cubicWeights(t: number): [number, number, number, number] {
  const s = 1 - t;
  return [s * s * s / 6, (4 - 6 * t * t + 3 * t * t * t) / 6, (4 - 6 * s * s + 3 * s * s * s) / 6, t * t * t / 6];
}

/** Reflects an index about the centres of the first and last voxel. */
function mirror(index: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const wrapped = ((index % period) + period) % period;
  return wrapped < size ? wrapped : period - wrapped;
}
