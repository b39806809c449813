import { doubt, type Remarks } from "../_remarks.ts";
import { affineColumn, affineSpacing, angleBetween, norm, subtract } from "../volume/_affine.ts";
import type { Affine, Shape } from "../volume/volume.ts";

/** What a NIfTI header says of its geometry, up to three times. */
export interface NiftiForms {
  /** Which of them was taken. */
  readonly taken: "sform" | "qform" | "none";
  /** (column, row, slice, 1) -> LPS mm, as taken. */
  readonly affine: Affine;
  /** The other form; undefined if its code is 0. */
  readonly other: Affine | "no rotation" | undefined;
  /** pixdim, mm: along columns, rows and slices. */
  readonly pixdim: readonly [number, number, number];
}

/** Voxel sizes that differ by this share are two sizes: 0.9765625 is written 0.977, too. */
const SIZE = 0.01;
/** Degrees. Single precision leaves a thousandth of that. */
const ANGLE = 1;
/** Voxels by which the two forms may place the first voxel apart. */
const SHIFT = 1;

/** Compares the three statements of a NIfTI header, and the grid with what files have that lost their geometry. */
export function compareForms({ taken, affine, other, pixdim }: NiftiForms, shape: Shape, remarks: Remarks): void {
  const size = affineSpacing(affine).toReversed();
  if (size.some((mm, axis) => Math.abs(mm - pixdim[axis]!) > SIZE * Math.max(mm, pixdim[axis]!))) {
    const qform = taken === "sform" && other !== undefined ? " and the qform" : "";
    doubt(
      remarks,
      `the header contradicts itself: voxels are ${millimetres(size)} mm by the ${taken}, which was taken, but ` +
        `${millimetres(pixdim)} mm by pixdim${qform}. Convert the scan again, or correct what is wrong (nibabel: ` +
        "set_sform, set_qform)",
    );
  }
  if (other === "no rotation") doubt(remarks, "the qform holds no rotation; the sform was taken");
  else if (other !== undefined) compareOther(affine, other, size, remarks);
  if (taken !== "none") checkLost(affine, size, shape, remarks);
}

function compareOther(affine: Affine, other: Affine, size: readonly number[], remarks: Remarks): void {
  const angles = ([0, 1, 2] as const).map((axis) =>
    angleBetween(affineColumn(affine, axis), affineColumn(other, axis))
  );
  const shift = norm(subtract(affineColumn(affine, 3), affineColumn(other, 3)));
  const differences = [
    ...Math.max(...angles) > ANGLE ? [`turned by ${Math.round(Math.max(...angles))} degrees`] : [],
    ...shift > SHIFT * Math.min(...size) ? [`shifted by ${Number(shift.toFixed(1))} mm`] : [],
  ];
  if (differences.length === 0) return;
  doubt(
    remarks,
    `the header contradicts itself: its sform and qform are ${
      differences.join(" and ")
    } against each other; the sform ` +
      "was taken. Check left and right, head and feet",
  );
}

/** What an array becomes that somebody saved without its geometry, or in the order of another program. */
function checkLost(affine: Affine, size: readonly number[], shape: Shape, remarks: Remarks): void {
  const voxels = shape.toReversed();
  const isUnit = size.every((mm) => Math.abs(mm - 1) < 1e-5);
  const isAtOrigin = norm(affineColumn(affine, 3)) === 0;
  // In a CT, the two axes of equal size are those of a slice, and so are the two of equal length.
  const square = oddOneOut(voxels, 0);
  const isReversed = square !== undefined && square + (oddOneOut(size, 1e-4) ?? square) === 2 && square !== 1;
  if (isUnit && isAtOrigin) {
    doubt(
      remarks,
      `voxels are 1 x 1 x 1 mm and the first is at 0, 0, 0 mm, as in files that lost their geometry (saved with an ` +
        `identity matrix${
          square === 0 ? "; their axes seem to be z, y, x" : ""
        }). Check the voxel size, or convert the scan again`,
    );
  } else if (isReversed && oddOneOut(size, 1e-4) !== square) {
    doubt(
      remarks,
      `${voxels.join(" x ")} voxels of ${millimetres(size)} mm: the two axes of equal size are not those of equal ` +
        "spacing, as in an array that was saved in the order z, y, x. Check the spacing, or convert the scan again",
    );
  }
}

/** Which of three numbers differs from two that are alike: 0, 1 or 2; undefined if all or none are alike. */
function oddOneOut([a, b, c]: readonly number[], tolerance: number): 0 | 1 | 2 | undefined {
  const isAlike = (x: number, y: number) => Math.abs(x - y) <= tolerance * Math.max(x, y);
  const pairs = [isAlike(b!, c!), isAlike(a!, c!), isAlike(a!, b!)];
  return pairs.filter(Boolean).length === 1 ? pairs.indexOf(true) as 0 | 1 | 2 : undefined;
}

function millimetres(size: readonly number[]): string {
  return size.map((mm) => Number(mm.toPrecision(4))).join(" x ");
}
