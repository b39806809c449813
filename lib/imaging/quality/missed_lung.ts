import type { BodyMask } from "../body_mask.ts";
import type { Volume } from "../volume.ts";

/** As dense as lung: emptier than the edges of organs, fuller than gas in the windpipe. */
const LUNG_HU = [-930, -600] as const;
/** Lung above the last kept slice is an apex that was not found; below the first, bowel would be taken for it. mm */
const ABOVE_MM = 30;

/**
 * How much inside the body is as dense as lung but was not taken for it, mL: a lobe that a tumour cut off from the
 * rest, an apex. From the first kept slice to 30 mm above the last.
 *
 * @param lungs [slices, rows, columns] of the volume that the body was found in.
 */
export function missedLung(
  { hu, shape: [slices, rows, columns], spacing }: Volume,
  lungs: Uint8Array,
  body: BodyMask,
  [first, last]: readonly [first: number, last: number],
): number {
  const [, coarseRows, coarseColumns] = body.shape;
  const end = Math.min(slices - 1, last + Math.round(ABOVE_MM / spacing[0]));
  let count = 0;
  for (let slice = first; slice <= end; slice++) {
    for (let row = 0; row < coarseRows; row++) {
      for (let column = 0; column < coarseColumns; column++) {
        if (!body.mask[(slice * coarseRows + row) * coarseColumns + column]) continue;
        // One voxel stands for those of its coarse pixel.
        const voxel = (slice * rows + row * body.rowStep) * columns + column * body.columnStep;
        if (!lungs[voxel] && hu[voxel]! > LUNG_HU[0] && hu[voxel]! < LUNG_HU[1]) count++;
      }
    }
  }
  return count * spacing[0] * spacing[1] * body.rowStep * spacing[2] * body.columnStep / 1000;
}
