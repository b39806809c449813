import { findComponents } from "./find_components.ts";
import type { Shape } from "./volume.ts";

/**
 * Fills, in place and slice by slice, what the mask encloses: background that does not reach the slice's border
 * (4-connected).
 *
 * @param mask [slices, rows, columns]
 */
export function fillHoles(mask: Uint8Array, [slices, rows, columns]: Shape): void {
  const background = new Uint8Array(rows * columns);
  for (let slice = 0; slice < slices; slice++) {
    const plane = mask.subarray(slice * rows * columns, (slice + 1) * rows * columns);
    if (!plane.includes(1)) continue;
    for (let i = 0; i < plane.length; i++) background[i] = plane[i] ? 0 : 1;
    const { sizes, starts, ends, labels } = findComponents(background, [1, rows, columns]);
    const isOpen = new Uint8Array(sizes.length);
    starts.forEach((start, run) => {
      const [row, column] = [Math.floor(start / columns), start % columns];
      const touches = row === 0 || row === rows - 1 || column === 0 || ends[run]! % columns === 0;
      if (touches) isOpen[labels[run]!] = 1;
    });
    starts.forEach((start, run) => {
      if (!isOpen[labels[run]!]) plane.fill(1, start, ends[run]);
    });
  }
}
