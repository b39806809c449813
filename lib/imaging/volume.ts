/** A 4x4 matrix, row by row. */
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

/** A CT volume in Hounsfield units on a regular grid. */
export interface Volume {
  /** HU; voxel (slice, row, column) is at `(slice * rows + row) * columns + column`. */
  readonly hu: Int16Array | Float32Array;
  /** Voxels: [slices, rows, columns]. */
  readonly shape: readonly [slices: number, rows: number, columns: number];
  /** mm between voxel centres, in the order of `shape`. */
  readonly spacing: readonly [slice: number, row: number, column: number];
  /** (column, row, slice, 1) -> patient coordinates in mm, LPS as in DICOM. */
  readonly affine: Affine;
  /** Towards which side of the patient column, row and slice grow: "LPS" for a supine axial CT, feet first. */
  readonly orientation: string;
}
