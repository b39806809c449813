import { InputError } from "@ctsurv/base/mod.ts";
import { affineColumn, affineFrom, scale, type Vector } from "./_affine.ts";
import { AIR } from "./hu.ts";
import type { Affine, Shape, Spacing, Volume } from "./volume.ts";

/** How values between the samples of an axis are found: by a cubic B-spline through them, or linearly. */
export type Interpolation = "bspline" | "linear";

/**
 * How one axis is resampled: every new voxel is a weighted sum of a few old ones. Voxel edges stay aligned, not
 * centres. So new voxel `j` lies at `(j + 0.5) * to / from - 0.5` in old voxels, as in TorchIO, pyradiomics and
 * nnU-Net.
 */
export interface AxisResampling {
  /** Voxels after resampling: as many as it takes to cover the old extent. */
  readonly size: number;
  /** Old voxels in each weighted sum: 4 or 2. */
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
function planAxis(
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

/** The pole of the cubic B-spline filter. */
const POLE = Math.sqrt(3) - 2;
/** Beyond this many samples the pole's power is below the last bit of a float64. */
const HORIZON = 32;

/**
 * Turns samples into the coefficients of the cubic B-spline that passes through them, in place, with mirrored ends
 * (Unser 1999, box 2; SciPy's `spline_filter1d(order=3, mode="mirror")`). Works on many lines at once: sample `k` of line
 * `i` is `lines[k * lineCount + i]`, so that the inner loops run along memory.
 */
function bsplineCoefficients(lines: Float64Array, length: number, lineCount: number): void {
  if (length < 2) return;
  const at = (k: number) => k * lineCount;
  const gain = (1 - POLE) * (1 - 1 / POLE);
  for (let i = 0; i < length * lineCount; i++) lines[i]! *= gain;

  // The mirrored signal to the left of sample 0, summed until the pole's power has died away.
  const period = 2 * (length - 1);
  const terms = Math.min(period, HORIZON);
  const norm = terms === period ? 1 / (1 - POLE ** period) : 1;
  for (let i = 0; i < lineCount; i++) {
    let sum = 0;
    for (let k = terms - 1; k >= 0; k--) sum = lines[at(k < length ? k : period - k) + i]! + POLE * sum;
    lines[i] = norm * sum;
  }
  for (let k = 1; k < length; k++) {
    const [here, before] = [at(k), at(k - 1)];
    for (let i = 0; i < lineCount; i++) lines[here + i]! += POLE * lines[before + i]!;
  }

  const [last, secondLast] = [at(length - 1), at(length - 2)];
  const end = POLE / (POLE * POLE - 1);
  for (let i = 0; i < lineCount; i++) lines[last + i] = end * (POLE * lines[secondLast + i]! + lines[last + i]!);
  for (let k = length - 2; k >= 0; k--) {
    const [here, after] = [at(k), at(k + 1)];
    for (let i = 0; i < lineCount; i++) lines[here + i] = POLE * (lines[after + i]! - lines[here + i]!);
  }
}

/** Options of {@linkcode resample}. */
export interface ResampleOptions {
  /** The new spacing in mm, [slice, row, column]; default [3, 1, 1], as in the paper. */
  readonly spacing?: Spacing;
  /** Default "bspline": cubic, through every sample, mirrored at the borders, like that of ITK and SciPy. */
  readonly interpolation?: Interpolation;
  /** HU where the new grid reaches past the old one's outermost voxel edges; default -1024. */
  readonly outside?: number;
}

/** 2 GiB as float32; a whole-body CT at 3 x 1 x 1 mm has half as many. */
const MAX_VOXELS = 2 ** 29;

/**
 * Resamples a volume to another spacing, along the same axes. The outer voxel edges of the first slice, row and column
 * stay where they are. The new size is `ceil(size * old spacing / new spacing)`. Axes that have the new spacing already
 * are not touched, and a volume that has it on all axes is returned as it is.
 *
 * A B-spline overshoots at sharp edges, so values may leave the range of the input (by about a tenth of the step at the
 * edge). They are not clipped here.
 *
 * One plane is resampled at a time. In addition to input and result this takes the memory of a few planes and, if the
 * slice spacing changes, of one more volume with the new slices.
 *
 * @throws {InputError} If the result would have more than 2^29 voxels.
 * @throws {RangeError} If a new spacing is not above 0.
 *
 * @example
 * ```ts
 * import { resample } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * // Two voxels of 2 mm become four of 1 mm.
 * const { hu, shape, affine } = resample({
 *   hu: Int16Array.of(0, 100),
 *   shape: [1, 1, 2],
 *   spacing: [2, 2, 2],
 *   affine: [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1],
 *   orientation: "LPS",
 * }, { spacing: [2, 2, 1], interpolation: "linear" });
 * assertEquals(hu, Float32Array.of(0, 25, 75, 100));
 * assertEquals(shape, [1, 1, 4]);
 * assertEquals(affine[3], -0.5); // the outer edge stays at x = -1 mm
 * ```
 */
export function resample(volume: Volume, options: ResampleOptions = {}): Volume {
  const { spacing = [3, 1, 1], interpolation = "bspline", outside = AIR } = options;
  const plans = volume.shape.map((size, axis) => planAxis(size, volume.spacing[axis]!, spacing[axis]!, interpolation));
  const [slicePlan, rowPlan, columnPlan] = plans;
  if (!slicePlan && !rowPlan && !columnPlan) return volume;
  const voxels = plans.reduce((product, plan, axis) => product * (plan?.size ?? volume.shape[axis]!), 1);
  if (voxels > MAX_VOXELS) {
    const extent = volume.shape.map((size, axis) => Math.round(size * volume.spacing[axis]!));
    throw new InputError(
      `a scan of ${extent.join(" x ")} mm would take ${voxels} voxels of ${spacing.join(" x ")} mm, more than ` +
        `${MAX_VOXELS}. Is its spacing right?`,
    );
  }

  let { hu, shape } = volume;
  if (slicePlan) {
    hu = resampleSlices(hu, shape, slicePlan, outside);
    shape = [slicePlan.size, shape[1], shape[2]];
  }
  if (rowPlan || columnPlan) {
    hu = resamplePlanes(hu, shape, rowPlan, columnPlan, outside);
    shape = [shape[0], rowPlan?.size ?? shape[1], columnPlan?.size ?? shape[2]];
  }
  const reached: Spacing = [
    slicePlan ? spacing[0] : volume.spacing[0],
    rowPlan ? spacing[1] : volume.spacing[1],
    columnPlan ? spacing[2] : volume.spacing[2],
  ];
  return { ...volume, hu, shape, spacing: reached, affine: respace(volume, reached) };
}

/** Across slices: row by row, a plane of [slices, columns] at a time. */
function resampleSlices(hu: Volume["hu"], shape: Shape, plan: AxisResampling, outside: number): Float32Array {
  const [slices, rows, columns] = shape;
  const result = new Float32Array(plan.size * rows * columns);
  const lines = new Float64Array(slices * columns);
  const resampled = new Float64Array(plan.size * columns);
  for (let row = 0; row < rows; row++) {
    for (let slice = 0; slice < slices; slice++) {
      const start = (slice * rows + row) * columns;
      lines.set(hu.subarray(start, start + columns), slice * columns);
    }
    resampleLines(lines, slices, columns, plan, resampled);
    for (let slice = 0; slice < plan.size; slice++) {
      const start = (slice * rows + row) * columns;
      if (plan.isOutside[slice]) result.fill(outside, start, start + columns);
      else result.set(resampled.subarray(slice * columns, (slice + 1) * columns), start);
    }
  }
  return result;
}

/** Within slices: one at a time, rows first, then columns. */
function resamplePlanes(
  hu: Volume["hu"],
  [slices, rows, columns]: Shape,
  rowPlan: AxisResampling | undefined,
  columnPlan: AxisResampling | undefined,
  outside: number,
): Float32Array {
  const [newRows, newColumns] = [rowPlan?.size ?? rows, columnPlan?.size ?? columns];
  const result = new Float32Array(slices * newRows * newColumns);
  const plane = new Float64Array(rows * columns);
  const tall = new Float64Array(newRows * columns);
  const turned = new Float64Array(columns * newRows);
  const wide = new Float64Array(newColumns * newRows);
  const upright = new Float64Array(newRows * newColumns);
  const isOutside = new Uint8Array(newRows * newColumns);
  for (let i = 0; i < isOutside.length; i++) {
    const [row, column] = [Math.floor(i / newColumns), i % newColumns];
    isOutside[i] = rowPlan?.isOutside[row] || columnPlan?.isOutside[column] ? 1 : 0;
  }
  for (let slice = 0; slice < slices; slice++) {
    plane.set(hu.subarray(slice * rows * columns, (slice + 1) * rows * columns));
    if (rowPlan) resampleLines(plane, rows, columns, rowPlan, tall);
    let done = rowPlan ? tall : plane;
    if (columnPlan) {
      transpose(done, newRows, columns, turned);
      resampleLines(turned, columns, newRows, columnPlan, wide);
      transpose(wide, newColumns, newRows, upright);
      done = upright;
    }
    const start = slice * newRows * newColumns;
    for (let i = 0; i < done.length; i++) result[start + i] = isOutside[i] ? outside : done[i]!;
  }
  return result;
}

/** Resamples many lines at once; sample `k` of line `i` is `lines[k * lineCount + i]`. Overwrites `lines`. */
function resampleLines(
  lines: Float64Array,
  length: number,
  lineCount: number,
  plan: AxisResampling,
  result: Float64Array,
): void {
  const { size, taps, indices, weights } = plan;
  if (plan.needsCoefficients) bsplineCoefficients(lines, length, lineCount);
  for (let j = 0; j < size; j++) {
    const target = j * lineCount;
    const [a, b] = [indices[taps * j]! * lineCount, indices[taps * j + 1]! * lineCount];
    const [wa, wb] = [weights[taps * j]!, weights[taps * j + 1]!];
    if (taps === 2) {
      for (let i = 0; i < lineCount; i++) result[target + i] = wa * lines[a + i]! + wb * lines[b + i]!;
      continue;
    }
    const [c, d] = [indices[taps * j + 2]! * lineCount, indices[taps * j + 3]! * lineCount];
    const [wc, wd] = [weights[taps * j + 2]!, weights[taps * j + 3]!];
    for (let i = 0; i < lineCount; i++) {
      result[target + i] = wa * lines[a + i]! + wb * lines[b + i]! + wc * lines[c + i]! + wd * lines[d + i]!;
    }
  }
}

function transpose(source: Float64Array, rows: number, columns: number, target: Float64Array): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) target[column * rows + row] = source[row * columns + column]!;
  }
}

/** The affine with other spacings. The outer edge of the first voxel stays where it is. */
function respace({ affine, spacing }: Volume, [slice, row, column]: Spacing): Affine {
  const factors = [column / spacing[2], row / spacing[1], slice / spacing[0]] as const;
  const steps = ([0, 1, 2] as const).map((axis) => affineColumn(affine, axis));
  const origin = affineColumn(affine, 3).map((mm, i) =>
    steps.reduce((sum, step, axis) => sum + step[i]! * (factors[axis]! - 1) / 2, mm)
  );
  const [x, y, z] = steps.map((step, axis) => scale(step, factors[axis]!)) as [Vector, Vector, Vector];
  return affineFrom(x, y, z, origin as unknown as Vector);
}
