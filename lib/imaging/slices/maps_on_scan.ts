import { InputError } from "@ctsurv/base/mod.ts";
import type { Shape, Spacing, Volume } from "../volume/volume.ts";
import type { Box } from "./crop_and_resize.ts";
import { defaultSettings } from "./preprocess.ts";

/** Values that belong to slices of a preprocessed scan, such as maps of a network or one number a slice. */
export interface SliceMaps {
  /** [slices, rows, columns]; rows and columns cover the crop box, as many as the map has. */
  readonly data: Float32Array;
  /** Of `data`; [slices, 1, 1] for one number a slice. */
  readonly shape: Shape;
  /** The number of each of these slices in the resampled volume, from the feet. */
  readonly slices: readonly number[];
  /** The rectangle of the resampled volume that was cut out of every slice. */
  readonly box: Box;
  /** Of the resampled volume, mm. @default {[3, 1, 1], the paper's} */
  readonly spacing?: Spacing;
}

/**
 * Brings values from slices of a preprocessed scan back to the scan's own grid, the inverse of orientation, resampling and
 * crop: for an overlay that is laid over the CT. With the scan's affine, `writeNifti` makes a file of it for 3D Slicer and
 * ITK-SNAP.
 *
 * A voxel takes the map of the slice that its centre lies in (the nearest), and within the slice the linear interpolation
 * between the centres of the map's cells; towards the edge of the box the outermost cell continues. It is 0 outside of the box
 * and on slices that are not among those given. Where slices of the scan are thicker than 3 mm, some maps meet no voxel's
 * centre and are not seen.
 *
 * @example
 * ```ts
 * import { mapsOnScan } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * // A scan of two slices of 3 mm with 1 x 4 voxels of 1 mm, whose columns run from the patient's left to the right.
 * const scan = { shape: [2, 1, 4], spacing: [3, 1, 1], orientation: "RPS" } as const;
 * const maps = { data: Float32Array.of(5, 7), shape: [1, 1, 2], slices: [1], box: { rows: [0, 0], columns: [0, 1] } } as const;
 * assertEquals([...mapsOnScan(maps, scan)], [0, 0, 0, 0, 0, 0, 7, 5]);
 * ```
 *
 * @param scan As it was read, before its orientation was changed.
 * @returns [slices, rows, columns] of the scan, in its own order.
 * @throws {InputError} If the maps are not as many as their slices.
 */
export function mapsOnScan(
  { data, shape: [count, rows, columns], slices, box, spacing = defaultSettings.spacing }: SliceMaps,
  scan: Pick<Volume, "shape" | "spacing" | "orientation">,
): Float32Array {
  if (slices.length !== count || data.length !== count * rows * columns) {
    throw new InputError(`${data.length} values of ${slices.length} slices are not maps of ${[count, rows, columns]}`);
  }
  // The scan's axes in the order slice, row, column, and of each the axis of the resampled volume and its direction.
  const axes = ([0, 1, 2] as const).map((axis) => {
    const side = scan.orientation[2 - axis]!;
    const target = SIDES.findIndex((sides) => sides.includes(side)) as 0 | 1 | 2;
    const isReversed = SIDES[target]![1] === side;
    const size = scan.shape[axis];
    const at = (index: number) =>
      ((isReversed ? size - 1 - index : index) + 0.5) * scan.spacing[axis] / spacing[target];
    return { target, places: Array.from({ length: size }, (_, index) => at(index)) };
  });
  const found = new Map(slices.map((slice, i) => [slice, i]));
  const taps = axes.map(({ target, places }) =>
    places.map((place): Tap => {
      if (target === 0) {
        const slice = found.get(Math.floor(place));
        return slice === undefined ? NOWHERE : { low: slice, high: slice, weight: 0 };
      }
      return target === 1 ? tap(place, box.rows, rows) : tap(place, box.columns, columns);
    })
  );
  const strides = [rows * columns, columns, 1];
  const [a, b, c] = axes.map(({ target }) => strides[target]!) as [number, number, number];
  const result = new Float32Array(scan.shape[0] * scan.shape[1] * scan.shape[2]);
  let target = 0;
  for (const x of taps[0]!) {
    for (const y of taps[1]!) {
      if (x === NOWHERE || y === NOWHERE) {
        target += scan.shape[2];
        continue;
      }
      for (const z of taps[2]!) {
        if (z !== NOWHERE) {
          const line = (i: number, j: number) => mix(data[i + j + c * z.low]!, data[i + j + c * z.high]!, z.weight);
          const plane = (i: number) => mix(line(i, b * y.low), line(i, b * y.high), y.weight);
          result[target] = mix(plane(a * x.low), plane(a * x.high), x.weight);
        }
        target++;
      }
    }
  }
  return result;
}

/** From the first letter of each pair to the second: slices, rows and columns of "LPS" run towards the first. */
const SIDES = ["SI", "PA", "LR"] as const;

/** Two cells along an axis and the weight of the second. */
interface Tap {
  readonly low: number;
  readonly high: number;
  readonly weight: number;
}

const NOWHERE: Tap = { low: -1, high: -1, weight: 0 };

/** The cells around a place of the resampled volume, whose voxel i reaches from i to i + 1. */
function tap(place: number, [first, last]: readonly [number, number], cells: number): Tap {
  if (place < first || place >= last + 1) return NOWHERE;
  const at = Math.min(cells - 1, Math.max(0, (place - first) * cells / (last - first + 1) - 0.5));
  const low = Math.floor(at);
  return { low, high: Math.min(cells - 1, low + 1), weight: at - low };
}

function mix(low: number, high: number, weight: number): number {
  return low + weight * (high - low);
}
