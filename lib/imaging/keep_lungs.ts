import { eraseComponents } from "./erase_components.ts";
import { findComponents } from "./find_components.ts";
import type { Volume } from "./volume.ts";

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
