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
  readonly shape: Shape;
  readonly spacing: Spacing;
  /** (column, row, slice, 1) -> patient coordinates in mm, LPS as in DICOM: x to the left, y to the back, z to the head. */
  readonly affine: Affine;
  /** Towards which side of the patient column, row and slice grow: "LPS" for a supine axial CT, feet first. */
  readonly orientation: string;
}
