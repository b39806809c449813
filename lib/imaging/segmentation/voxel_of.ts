import { affineColumn, cross, dot, scale, subtract, type Vector } from "../affine.ts";
import type { Affine } from "../volume.ts";

/** The inverse of an affine: LPS mm -> (column, row, slice), whole numbers at voxel centres. */
export function voxelOf(affine: Affine): (point: Vector) => Vector {
  const [column, row, slice] = [affineColumn(affine, 0), affineColumn(affine, 1), affineColumn(affine, 2)];
  const origin = affineColumn(affine, 3);
  const determinant = dot(column, cross(row, slice));
  const [toColumn, toRow, toSlice] = [cross(row, slice), cross(slice, column), cross(column, row)]
    .map((axis) => scale(axis, 1 / determinant)) as [Vector, Vector, Vector];
  return (point) => {
    const offset = subtract(point, origin);
    return [dot(offset, toColumn), dot(offset, toRow), dot(offset, toSlice)];
  };
}
