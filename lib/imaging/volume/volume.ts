import { InputError } from "@ctsurv/base/mod.ts";
import { affineColumn, affineOrientation, affineSpacing, angleBetween, cross, dot, unit } from "./_affine.ts";

/** Over the 300 mm of a lung this much shear moves the last slice by less than 3 mm. */
const MAX_SHEAR_DEGREES = 0.5;

/**
 * Puts a volume together and checks that its grid is one that every later step can rely on.
 *
 * @param where File or folder, for the beginning of error messages.
 * @throws {InputError} If the affine holds NaN or is singular, its axes are not at right angles (gantry tilt), or the
 *   spacing is not between 0.01 and 100 mm.
 */
export function createVolume(where: string, hu: Volume["hu"], shape: Shape, affine: Affine): Volume {
  const [column, row, slice] = [affineColumn(affine, 0), affineColumn(affine, 1), affineColumn(affine, 2)];
  const spacing = affineSpacing(affine);
  if (!affine.every(Number.isFinite)) {
    throw new InputError(`${where}: the affine holds a value that is not a number: ${affine.join(" ")}`);
  }
  if (spacing.some((mm) => mm === 0) || Math.abs(dot(unit(cross(column, row)), unit(slice))) < 1e-3) {
    throw new InputError(
      `${where}: the affine is singular (two axes run along one line, or one has length 0): ${affine.join(" ")}`,
    );
  }
  if (spacing.some((mm) => mm < 0.01 || mm > 100)) {
    throw new InputError(
      `${where}: voxels of ${spacing.map((mm) => Number(mm.toPrecision(4))).join(" x ")} mm, which is no CT. ` +
        "Are the lengths in another unit?",
    );
  }
  const axes = [["columns", column, "rows", row], ["columns", column, "slices", slice], ["rows", row, "slices", slice]];
  for (const [aName, a, bName, b] of axes as [string, typeof row, string, typeof row][]) {
    const angle = angleBetween(a, b);
    if (Math.abs(angle - 90) > MAX_SHEAR_DEGREES) {
      throw new InputError(
        `${where}: ${aName} and ${bName} meet at ${angle.toFixed(1)} degrees, not 90, as after a tilted gantry. ` +
          "Resample the scan to a rectangular grid first (dcm2niix writes one, named _Tilt)",
      );
    }
  }
  return { hu, shape, spacing, affine, orientation: affineOrientation(affine) };
}

/** A 4x4 matrix, row by row; the last row is 0 0 0 1. */
export type Affine = readonly [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];

/** Voxels along each axis. Voxel (slice, row, column) of an array is at `(slice * rows + row) * columns + column`. */
export type Shape = readonly [slices: number, rows: number, columns: number];

/** mm between voxel centres, in the order of {@linkcode Shape}. */
export type Spacing = readonly [slice: number, row: number, column: number];

/** A CT volume in Hounsfield units on a regular grid. */
export interface Volume {
  /** HU, [slices, rows, columns]. Whole numbers are kept as such; anything else is float. */
  readonly hu: Int16Array | Float32Array;
  /** Size of `hu`, voxels: [slices, rows, columns]. */
  readonly shape: Shape;
  /** The lengths of the affine's columns, mm: [slice, row, column]. */
  readonly spacing: Spacing;
  /** (column, row, slice, 1) -> patient coordinates in mm, LPS as in DICOM: x to the left, y to the back, z to the head. */
  readonly affine: Affine;
  /** The sides of the patient towards which columns, rows and slices run: "LPS" is left, back (posterior), head. */
  readonly orientation: string;
}
