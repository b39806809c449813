import type { LungSegmenter } from "../slices/preprocess.ts";
import type { Shape, Volume } from "../volume/volume.ts";
import { bodyMask } from "./body_mask.ts";
import { eraseComponents, findComponents } from "./components.ts";
import { fillHoles } from "./fill.ts";

/** Gas in trachea, stomach and bowel is emptier than this; lung, emphysema aside, is not. */
const GAS_HU = -930;
/** A region as large as this is a lung even if emphysema has left it as empty as gas. mL */
const SURELY_LUNG_ML = 1000;

/** Options of {@linkcode keepLungs}. */
export interface KeepLungsOptions {
  /** Regions to keep. A lung that a tumour or collapse cuts in two has several. @default {2} */
  readonly atMost?: number;
  /** A region is a lung, or a piece of one, only with this share of the largest one's volume. @default {0.02} */
  readonly leastShare?: number;
}

/**
 * Keeps, in place, the largest regions that are no gas.
 *
 * @param mask [slices, rows, columns] of the volume.
 */
export function keepLungs(
  mask: Uint8Array,
  { hu, shape, spacing }: Volume,
  { atMost = 2, leastShare = 0.02 }: KeepLungsOptions = {},
): void {
  const components = findComponents(mask, shape);
  const { sizes, starts, ends, labels } = components;
  const empty = new Float64Array(sizes.length);
  for (let run = 0; run < starts.length; run++) {
    for (let voxel = starts[run]!; voxel < ends[run]!; voxel++) if (hu[voxel]! < GAS_HU) empty[labels[run]!]!++;
  }
  const millilitres = spacing[0] * spacing[1] * spacing[2] / 1000;
  const isLung = (label: number) => empty[label]! < sizes[label]! / 2 || sizes[label]! * millilitres >= SURELY_LUNG_ML;
  const lungs = [...sizes.keys()].filter(isLung).sort((a, b) => sizes[b]! - sizes[a]!).slice(0, atMost);
  const kept = new Set(lungs.filter((label) => sizes[label]! >= leastShare * sizes[lungs[0]!]!));
  eraseComponents(mask, components, (label) => !kept.has(label));
}

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
