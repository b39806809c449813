import { eraseComponents } from "./erase_components.ts";
import { findComponents } from "./find_components.ts";
import type { Volume } from "./volume.ts";

/** Gas in trachea, stomach and bowel is emptier than this; lung, emphysema aside, is not. */
const GAS_HU = -930;
/** A region as large as this is a lung even if emphysema has left it as empty as gas. mL */
const SURELY_LUNG_ML = 1000;
/** The smaller lung has at least this share of the larger one's volume; below, it is something else. */
const LEAST_SHARE = 0.02;

/**
 * Keeps, in place, the two largest regions that are no gas.
 *
 * @param mask [slices, rows, columns] of the volume.
 */
export function keepLungs(mask: Uint8Array, { hu, shape, spacing }: Volume): void {
  const components = findComponents(mask, shape);
  const { sizes, starts, ends, labels } = components;
  const empty = new Float64Array(sizes.length);
  for (let run = 0; run < starts.length; run++) {
    for (let voxel = starts[run]!; voxel < ends[run]!; voxel++) if (hu[voxel]! < GAS_HU) empty[labels[run]!]!++;
  }
  const millilitres = spacing[0] * spacing[1] * spacing[2] / 1000;
  const isLung = (label: number) => empty[label]! < sizes[label]! / 2 || sizes[label]! * millilitres >= SURELY_LUNG_ML;
  const [larger, smaller] = [...sizes.keys()].filter(isLung).sort((a, b) => sizes[b]! - sizes[a]!);
  eraseComponents(mask, components, (label) => {
    return label !== larger && (label !== smaller || sizes[smaller]! < LEAST_SHARE * sizes[larger!]!);
  });
}
