import { eraseComponents, fillEnclosed, findComponents, type Shape } from "@ctsurv/imaging/mod.ts";
import { r231MergeRegions } from "./r231_merge_regions.ts";

/** Pixels that a hole in a single slice must not have to be filled. */
const HOLE_PIXELS = 64;

/**
 * Cleans the classes of a volume up as lungmask 0.2.22 does (`utils.postprocessing`): small regions go to their
 * neighbours, of each class the largest region is kept (of equals the last) and what it encloses is filled, in a
 * single slice only where it is less than 64 pixels. A later class goes over an earlier one.
 *
 * Two things are left to chance in lungmask, and not repeated. NumPy's sort does not say which of more than 16 regions of
 * equal size comes last. And fill_voids 2.1.2 fills some background that does reach the border, but only at an edge where
 * two faces of the volume meet: it takes the end of one line of voxels and the start of the next for neighbours.
 *
 * @param classes Class of every voxel, 0 the background; [slices, rows, columns].
 */
export function r231Postprocess(classes: Uint8Array, shape: Shape): Uint8Array {
  const merged = r231MergeRegions(classes, shape);
  const last = merged.reduce((most, value) => Math.max(most, value), 0);
  const result = new Uint8Array(classes.length);
  for (let label = 1; label <= last; label++) {
    const mask = merged.map((value) => value === label ? 1 : 0);
    keepLargest(mask, shape);
    fillEnclosed(mask, shape, shape[0] === 1 ? { below: HOLE_PIXELS } : {});
    mask.forEach((isInside, i) => {
      if (isInside) result[i] = label;
    });
  }
  return result;
}

function keepLargest(mask: Uint8Array, shape: Shape): void {
  const regions = findComponents(mask, shape, "corners");
  const largest = regions.sizes.reduce((best, size, label) => size >= regions.sizes[best]! ? label : best, 0);
  eraseComponents(mask, regions, (label) => label !== largest);
}
