import { fillEnclosed } from "./fill_enclosed.ts";
import type { Shape } from "./volume.ts";

/**
 * Fills, in place and slice by slice, what the mask encloses: background that does not reach the slice's border
 * (4-connected).
 *
 * @param mask [slices, rows, columns]
 */
export function fillHoles(mask: Uint8Array, [slices, rows, columns]: Shape): void {
  for (let slice = 0; slice < slices; slice++) {
    const plane = mask.subarray(slice * rows * columns, (slice + 1) * rows * columns);
    if (plane.includes(1)) fillEnclosed(plane, [1, rows, columns]);
  }
}
