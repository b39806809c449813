import { InputError } from "@ctsurv/common/mod.ts";
import { affineColumn, affineFrom, scale, type Vector } from "./affine.ts";
import { type AxisResampling, type Interpolation, planAxis } from "./axis_resampling.ts";
import { bsplineCoefficients } from "./bspline_coefficients.ts";
import { AIR } from "./store_hu.ts";
import type { Affine, Shape, Spacing, Volume } from "./volume.ts";

export interface ResampleOptions {
  /** mm, [slice, row, column]; default [3, 1, 1], the paper's. */
  readonly spacing?: Spacing;
  /** Default "bspline": cubic, through every sample, mirrored at the borders, as ITK's and SciPy's. */
  readonly interpolation?: Interpolation;
  /** HU where the new grid reaches past the old one's outermost voxel edges; default -1024. */
  readonly outside?: number;
}

/** 2 GiB as float32; a whole-body CT at 3 x 1 x 1 mm has half as many. */
const MAX_VOXELS = 2 ** 29;

/**
 * The volume on a grid of another spacing, along the same axes. Outer voxel edges stay where they were at the first
 * slice, row and column; the new size is `ceil(size * old spacing / new spacing)`. Axes whose spacing stays are not
 * touched, and a volume that has the spacing already comes back as it is.
 *
 * A B-spline overshoots at sharp edges, so values may leave the range of the input (by about a tenth of the step at the
 * edge); they are not clipped here.
 *
 * Works a plane at a time: beyond input and result it holds a few planes, and where the slice spacing changes, once more
 * the volume with the new slices.
 *
 * @throws {InputError} If the result would have more than 2^29 voxels.
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

/** The affine with other spacings; the outer edge of the first voxel stays where it is. */
function respace({ affine, spacing }: Volume, [slice, row, column]: Spacing): Affine {
  const factors = [column / spacing[2], row / spacing[1], slice / spacing[0]] as const;
  const steps = ([0, 1, 2] as const).map((axis) => affineColumn(affine, axis));
  const origin = affineColumn(affine, 3).map((mm, i) =>
    steps.reduce((sum, step, axis) => sum + step[i]! * (factors[axis]! - 1) / 2, mm)
  );
  const [x, y, z] = steps.map((step, axis) => scale(step, factors[axis]!)) as [Vector, Vector, Vector];
  return affineFrom(x, y, z, origin as unknown as Vector);
}
