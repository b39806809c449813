import type { BodyMask } from "../body_mask.ts";
import { findComponents } from "../find_components.ts";
import { dilate, erode } from "../morphology.ts";
import type { Volume } from "../volume.ts";

/** As dense as lung: emptier than the edges of organs, fuller than gas in the windpipe. */
const LUNG_HU = [-930, -600] as const;
/** Lung above the last kept slice is an apex that was not found; below the first, bowel would be taken for it. mm */
const ABOVE_MM = 30;

/**
 * The largest region inside the body that is as dense as lung but was not taken for it, mL: a lobe that a tumour cut off
 * from the rest, an apex. From the first kept slice to 30 mm above the last. Rims, where segmenters differ by a pixel or
 * two, are opened away.
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
  const pixels = coarseRows * coarseColumns;
  const end = Math.min(slices - 1, last + Math.round(ABOVE_MM / spacing[0]));
  const missed = new Uint8Array((end - first + 1) * pixels);
  for (let slice = first; slice <= end; slice++) {
    const plane = new Uint8Array(pixels);
    for (let i = 0; i < pixels; i++) {
      if (!body.mask[slice * pixels + i]) continue;
      // One voxel stands for those of its coarse pixel.
      const [row, column] = [Math.floor(i / coarseColumns) * body.rowStep, (i % coarseColumns) * body.columnStep];
      const voxel = (slice * rows + row) * columns + column;
      if (!lungs[voxel] && hu[voxel]! > LUNG_HU[0] && hu[voxel]! < LUNG_HU[1]) plane[i] = 1;
    }
    missed.set(dilate(erode(plane, coarseColumns), coarseColumns), (slice - first) * pixels);
  }
  const { sizes } = findComponents(missed, [end - first + 1, coarseRows, coarseColumns]);
  const largest = sizes.reduce((most, size) => Math.max(most, size), 0);
  return largest * spacing[0] * spacing[1] * body.rowStep * spacing[2] * body.columnStep / 1000;
}
