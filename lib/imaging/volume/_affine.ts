import type { Affine, Spacing } from "./volume.ts";

/** A point or direction in patient space, mm. */
export type Vector = readonly [number, number, number];

/** The affine whose columns are the steps of column, row and slice index, and the centre of voxel (0, 0, 0). */
export function affineFrom(column: Vector, row: Vector, slice: Vector, origin: Vector): Affine {
  return [
    ...[column[0], row[0], slice[0], origin[0]] as const,
    ...[column[1], row[1], slice[1], origin[1]] as const,
    ...[column[2], row[2], slice[2], origin[2]] as const,
    ...[0, 0, 0, 1] as const,
  ];
}

/** The step in mm of one voxel along an axis of the affine: 0 column, 1 row, 2 slice; 3 is the origin. */
export function affineColumn(affine: Affine, axis: 0 | 1 | 2 | 3): Vector {
  return [affine[axis], affine[axis + 4]!, affine[axis + 8]!];
}

/** Voxel spacing, [slice, row, column], as the lengths of the affine's columns. */
export function affineSpacing(affine: Affine): Spacing {
  return [norm(affineColumn(affine, 2)), norm(affineColumn(affine, 1)), norm(affineColumn(affine, 0))];
}

/**
 * The side of the patient towards which each axis runs, in the order column, row, slice: one each of {L, R}, {P, A} and
 * {S, I}. The three axes are assigned together, so that they fit best as a whole and an oblique grid has no side twice.
 */
export function affineOrientation(affine: Affine): string {
  const steps = ([0, 1, 2] as const).map((axis) => unit(affineColumn(affine, axis)));
  const fit = (order: readonly number[]) => order.reduce((sum, side, axis) => sum + Math.abs(steps[axis]![side]!), 0);
  const best = PERMUTATIONS.reduce((a, b) => fit(b) > fit(a) ? b : a);
  return best.map((side, axis) => (steps[axis]![side]! < 0 ? "RAI" : "LPS")[side]).join("");
}

const PERMUTATIONS = [[0, 1, 2], [1, 0, 2], [0, 2, 1], [2, 1, 0], [1, 2, 0], [2, 0, 1]] as const;

/** LPS (DICOM, ITK) to RAS (NIfTI) world coordinates, or back: x and y change sign. */
export function flipLpsRas(affine: Affine): Affine {
  return affine.map((value, i) => i < 8 ? (value === 0 ? 0 : -value) : value) as unknown as Affine;
}

export function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function subtract(a: Vector, b: Vector): Vector {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

export function scale(a: Vector, factor: number): Vector {
  return [a[0] * factor, a[1] * factor, a[2] * factor];
}

export function norm(a: Vector): number {
  return Math.hypot(...a);
}

export function unit(a: Vector): Vector {
  return scale(a, 1 / norm(a));
}

/** The angle between two directions, in degrees, 0 to 180. */
export function angleBetween(a: Vector, b: Vector): number {
  return Math.atan2(norm(cross(a, b)), dot(a, b)) * 180 / Math.PI;
}
