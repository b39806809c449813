import { bodyMask } from "./body_mask.ts";
import { eraseComponents } from "./erase_components.ts";
import { fillHoles } from "./fill_holes.ts";
import { findComponents } from "./find_components.ts";
import { keepLungs } from "./keep_lungs.ts";
import type { LungSegmenter } from "./lung_segmenter.ts";
import type { Shape, Volume } from "./volume.ts";

/** Air and lung are below, soft tissue above. */
const LUNG_HU = -400;

/**
 * Lungs by threshold: what is below -400 HU inside the body, less gas (trachea, bowel), its two largest regions, holes
 * (vessels, nodules) filled slice by slice. Quick and needs no weights. Tumours and effusions that touch the chest wall
 * are left out, and airways that open into a lung stay in.
 */
export const thresholdLungs: LungSegmenter = {
  name: `threshold ${LUNG_HU} HU, version 1`,
  segment(volume) {
    const mask = airInBody(volume);
    keepLungs(mask, volume);
    fillHoles(mask, volume.shape);
    return Promise.resolve(mask);
  },
};

/** Voxels below the threshold, less, in each slice, regions that reach its border or lie mostly outside of the body. */
function airInBody(volume: Volume): Uint8Array {
  const { hu, shape: [slices, rows, columns] } = volume;
  const mask = new Uint8Array(hu.length);
  for (let i = 0; i < hu.length; i++) mask[i] = hu[i]! < LUNG_HU ? 1 : 0;
  const body = bodyMask(volume);
  const [, coarseRows, coarseColumns] = body.shape;
  const flat: Shape = [1, rows, columns];
  for (let slice = 0; slice < slices; slice++) {
    const plane = mask.subarray(slice * rows * columns, (slice + 1) * rows * columns);
    const { sizes, starts, ends, labels } = findComponents(plane, flat);
    const outside = new Float64Array(sizes.length);
    for (let run = 0; run < starts.length; run++) {
      const [label, start, end] = [labels[run]!, starts[run]!, ends[run]!];
      const row = Math.floor(start / columns);
      if (row === 0 || row === rows - 1 || start % columns === 0 || end % columns === 0) outside[label] = Infinity;
      const coarseRow = (slice * coarseRows + Math.floor(row / body.rowStep)) * coarseColumns;
      for (let column = start - row * columns; column < end - row * columns; column++) {
        if (!body.mask[coarseRow + Math.floor(column / body.columnStep)]) outside[label]!++;
      }
    }
    eraseComponents(plane, { sizes, starts, ends, labels }, (label) => outside[label]! > sizes[label]! / 2);
  }
  return mask;
}
