import type { Shape, Volume } from "../volume/volume.ts";
import { findComponents } from "./components.ts";
import { fillHoles } from "./fill.ts";
import { fillNeighbours } from "./morphology.ts";

/** Between air and tissue; clothes and blankets fall below it. */
const TISSUE_HU = -500;
/**
 * An opening by one such pixel removes what is thinner than 4 mm, couch shells and sheets, and keeps the thinnest chest
 * wall.
 */
const PIXEL_MM = 2;

/**
 * The patient's body with everything that it encloses, on a coarse grid: `mask[(slice * rows + row) * columns +
 * column]` says whether the voxels from (row * rowStep, column * columnStep) on are body.
 */
export interface BodyMask {
  /** 1 in the body, 0 elsewhere; [slices, rows, columns] of the coarse grid. */
  readonly mask: Uint8Array;
  /** Size of the coarse grid; it has the slices of the volume. */
  readonly shape: Shape;
  /** Rows of the volume in one row of the grid, about 2 mm. */
  readonly rowStep: number;
  /** Columns of the volume in one column of the grid, about 2 mm. */
  readonly columnStep: number;
}

/**
 * Finds the body slice by slice, after lungmask's `simple_bodymask`: tissue above -500 HU, opened to remove couch and
 * sheets, its largest region, with holes filled.
 *
 * @example
 * ```ts
 * import { bodyMask } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * // A slice of 12 x 12 pixels of 2 mm: a body of 8 x 8 pixels with gas in it, and a couch one pixel thick.
 * const hu = new Int16Array(144).fill(-1000);
 * for (let row = 1; row < 9; row++) hu.fill(40, 12 * row + 2, 12 * row + 10);
 * hu[12 * 5 + 5] = -950;
 * hu.fill(200, 12 * 11, 12 * 12);
 *
 * const { mask } = bodyMask({ hu, shape: [1, 12, 12], spacing: [3, 2, 2] });
 * assertEquals(mask[12 * 5 + 5], 1); // the gas
 * assertEquals(mask[12 * 11 + 5], 0); // the couch
 * ```
 */
export function bodyMask({ hu, shape, spacing }: Pick<Volume, "hu" | "shape" | "spacing">): BodyMask {
  const [slices, rows, columns] = shape;
  const rowStep = Math.max(1, Math.round(PIXEL_MM / spacing[1]));
  const columnStep = Math.max(1, Math.round(PIXEL_MM / spacing[2]));
  const coarse: Shape = [slices, Math.ceil(rows / rowStep), Math.ceil(columns / columnStep)];
  const [, coarseRows, coarseColumns] = coarse;
  const mask = new Uint8Array(slices * coarseRows * coarseColumns);
  for (let slice = 0, target = 0; slice < slices; slice++) {
    for (let row = 0; row < rows; row += rowStep) {
      const start = (slice * rows + row) * columns;
      for (let column = 0; column < columns; column += columnStep) {
        mask[target++] = hu[start + column]! > TISSUE_HU ? 1 : 0;
      }
    }
  }
  const size = coarseRows * coarseColumns;
  const flat: Shape = [1, coarseRows, coarseColumns];
  for (let slice = 0; slice < slices; slice++) {
    const plane = mask.subarray(slice * size, (slice + 1) * size);
    const eroded = fillNeighbours(plane, coarseColumns, 0);
    keepLargest(eroded, flat);
    plane.set(fillNeighbours(eroded, coarseColumns, 1));
  }
  fillHoles(mask, coarse);
  return { mask, shape: coarse, rowStep, columnStep };
}

function keepLargest(mask: Uint8Array, shape: Shape): void {
  const { sizes, starts, ends, labels } = findComponents(mask, shape);
  const largest = sizes.reduce((best, size, label) => size > sizes[best]! ? label : best, 0);
  starts.forEach((start, run) => {
    if (labels[run] !== largest) mask.fill(0, start, ends[run]);
  });
}
