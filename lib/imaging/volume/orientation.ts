import { InputError } from "@ctsurv/base/mod.ts";
import { affineColumn, affineFrom, angleBetween, scale, type Vector } from "./_affine.ts";
import { createVolume, type Volume } from "./volume.ts";

/** Beyond this, the slices of the grid are not the axial slices that lung areas and the networks assume. */
const MAX_OBLIQUE_DEGREES = 10;

const PATIENT_AXES: readonly Vector[] = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];

/**
 * Reorders the voxels of a volume to "LPS": columns run to the patient's left, rows to the back, slices from feet to
 * head. Axes are swapped and reversed; nothing is interpolated. A volume in this order already is returned as it is.
 *
 * @param where File or patient, for the beginning of error messages.
 * @throws {InputError} If a grid axis is more than 10 degrees off the patient's axis: turning it would take
 *   interpolation.
 *
 * @example
 * ```ts
 * import { canonicalOrientation } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * // A row of two voxels that runs from the patient's left to the right, from x = 4 mm to x = 3 mm.
 * const { hu, affine, orientation } = canonicalOrientation({
 *   hu: Int16Array.of(-1000, 40),
 *   shape: [1, 1, 2],
 *   spacing: [1, 1, 1],
 *   affine: [-1, 0, 0, 4, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
 *   orientation: "RPS",
 * });
 * assertEquals(hu, Int16Array.of(40, -1000));
 * assertEquals(affine[3], 3); // x of the first voxel, mm
 * assertEquals(orientation, "LPS");
 * ```
 */
export function canonicalOrientation(volume: Volume, where = "volume"): Volume {
  const { affine, orientation, shape, hu } = volume;
  // For each patient axis, the grid axis (0 column, 1 row, 2 slice) that runs along it, and whether the other way.
  const sources = ["LR", "PA", "SI"].map((sides) => {
    const axis = [...orientation].findIndex((side) => sides.includes(side)) as 0 | 1 | 2;
    return { axis, isReversed: orientation[axis] === sides[1] };
  });
  for (const [i, { axis, isReversed }] of sources.entries()) {
    const angle = angleBetween(affineColumn(affine, axis), PATIENT_AXES[i]!);
    const oblique = isReversed ? 180 - angle : angle;
    if (oblique > MAX_OBLIQUE_DEGREES) {
      throw new InputError(
        `${where}: the grid is turned by ${oblique.toFixed(1)} degrees against the patient's axes ` +
          `(at most ${MAX_OBLIQUE_DEGREES}). Resample it to axial slices first`,
      );
    }
  }
  if (orientation === "LPS") return volume;

  const sizes = [shape[2], shape[1], shape[0]];
  const strides = [1, shape[2], shape[2] * shape[1]];
  const axisOf = ({ axis, isReversed }: { axis: 0 | 1 | 2; isReversed: boolean }) => {
    const [size, stride, step] = [sizes[axis]!, strides[axis]!, affineColumn(affine, axis)];
    return isReversed
      ? { size, stride: -stride, start: stride * (size - 1), step: scale(step, -1), shift: scale(step, size - 1) }
      : { size, stride, start: 0, step, shift: scale(step, 0) };
  };
  const [x, y, z] = [axisOf(sources[0]!), axisOf(sources[1]!), axisOf(sources[2]!)];

  const turned = hu instanceof Int16Array ? new Int16Array(hu.length) : new Float32Array(hu.length);
  let target = 0;
  for (let slice = 0; slice < z.size; slice++) {
    for (let row = 0; row < y.size; row++) {
      let source = x.start + y.start + z.start + slice * z.stride + row * y.stride;
      for (let column = 0; column < x.size; column++, source += x.stride) turned[target++] = hu[source]!;
    }
  }
  const origin = affineColumn(affine, 3).map((mm, i) => mm + x.shift[i]! + y.shift[i]! + z.shift[i]!);
  const lps = affineFrom(x.step, y.step, z.step, origin as unknown as Vector);
  return createVolume(where, turned, [z.size, y.size, x.size], lps);
}
