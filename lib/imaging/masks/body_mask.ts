import type { Shape, Volume } from "../volume/volume.ts";
import { findComponents } from "./components.ts";
import { fillHoles } from "./fill.ts";
import { fillNeighbours } from "./morphology.ts";

/** Between air and tissue; clothes and blankets fall below it. */
const TISSUE_HU = -500;
/** Opening by one such pixel loses what is thinner than 4 mm, couch shells and sheets, and keeps the thinnest chest wall. */
const PIXEL_MM = 2;

/**
 * The patient's body with everything it encloses, on a coarse grid: `body[(slice * rows + row) * columns + column]` says
 * whether the voxels from (row * step, column * step) on are body.
 */
export interface BodyMask {
  readonly mask: Uint8Array;
  readonly shape: Shape;
  readonly rowStep: number;
  readonly columnStep: number;
}

/**
 * Finds the body slice by slice, after lungmask's `simple_bodymask`: tissue, opened so that couch and sheets come off,
 * its largest region, holes filled.
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
