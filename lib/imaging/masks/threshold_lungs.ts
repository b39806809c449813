import type { LungSegmenter } from "../slices/preprocess.ts";
import type { Shape, Volume } from "../volume/volume.ts";
import { bodyMask } from "./body_mask.ts";
import { eraseComponents, findComponents } from "./components.ts";
import { fillHoles } from "./fill.ts";

/** Gas in trachea, stomach and bowel is below this value. Lung is above it, except for emphysema. */
const GAS_HU = -930;
/** mL. A region of this size is a lung even if emphysema has left it as empty as gas. */
const SURELY_LUNG_ML = 1000;
/** mm. A scan that shows less of the chest than this shows as much less of a lung: of five slices of 3 mm, 100 mL. */
const CHEST_MM = 150;

/** Options of {@linkcode keepLungs}. */
export interface KeepLungsOptions {
  /** Most regions that are kept. A lung that a tumour or collapse cuts in two has several. @default {2} */
  readonly atMost?: number;
  /** A region needs this share of the largest one's volume to be a lung, or a piece of one. @default {0.02} */
  readonly leastShare?: number;
}

/**
 * Keeps the largest regions of a mask that are lung, not gas, in place. A region is gas if at least half of it is below
 * -930 HU and it has less than 1000 mL; in a scan of less than 150 mm, proportionally less: 100 mL in five slices of 3 mm.
 *
 * @param mask [slices, rows, columns] of the volume.
 *
 * @example
 * ```ts
 * import { keepLungs } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * // Along one row: lung, tissue, gas, tissue, lung.
 * const hu = Int16Array.of(-850, -850, 40, -1000, -1000, 40, -850);
 * const mask = Uint8Array.from(hu, (value) => value < -400 ? 1 : 0);
 * keepLungs(mask, {
 *   hu,
 *   shape: [1, 1, 7],
 *   spacing: [3, 1, 1],
 *   affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1],
 *   orientation: "LPS",
 * });
 * assertEquals(mask, Uint8Array.of(1, 1, 0, 0, 0, 0, 1));
 * ```
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
  const surely = SURELY_LUNG_ML * Math.min(1, shape[0] * spacing[0] / CHEST_MM);
  const isLung = (label: number) => empty[label]! < sizes[label]! / 2 || sizes[label]! * millilitres >= surely;
  const lungs = [...sizes.keys()].filter(isLung).sort((a, b) => sizes[b]! - sizes[a]!).slice(0, atMost);
  const kept = new Set(lungs.filter((label) => sizes[label]! >= leastShare * sizes[lungs[0]!]!));
  eraseComponents(mask, components, (label) => !kept.has(label));
}

/** Air and lung are below, soft tissue above. */
const LUNG_HU = -400;

/**
 * Finds lungs by a threshold: what is below -400 HU inside the body, without gas (trachea, bowel). The two largest
 * regions are kept, and their holes (vessels, nodules) are filled slice by slice. It is quick and needs no weights.
 * Tumours and effusions that touch the chest wall are left out; airways that open into a lung stay in.
 *
 * @example
 * ```ts
 * import { thresholdLungs } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * // A slice of 20 x 30 pixels of 2 mm: a body of 16 x 26 with two lungs of 8 x 8.
 * const hu = new Int16Array(20 * 30).fill(-1000);
 * for (let row = 2; row < 18; row++) hu.fill(40, 30 * row + 2, 30 * row + 28);
 * for (let row = 6; row < 14; row++) {
 *   hu.fill(-850, 30 * row + 5, 30 * row + 13);
 *   hu.fill(-850, 30 * row + 17, 30 * row + 25);
 * }
 * const mask = await thresholdLungs.segment({
 *   hu,
 *   shape: [1, 20, 30],
 *   spacing: [3, 2, 2],
 *   affine: [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1],
 *   orientation: "LPS",
 * });
 * assertEquals(mask.filter((voxel) => voxel === 1).length, 2 * 8 * 8);
 * ```
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

/** Voxels below the threshold, without the regions of a slice that reach its border or lie mostly outside the body. */
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
