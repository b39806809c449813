import type { Shape } from "../volume/volume.ts";
import { type Connectivity, findComponents } from "./components.ts";

/** Options of {@linkcode fillEnclosed}. */
export interface FillEnclosedOptions {
  /** Which background voxels are neighbours. @default {"faces"} */
  readonly connectivity?: Connectivity;
  /** Only holes with fewer voxels are filled. @default {Infinity} */
  readonly below?: number;
}

/**
 * Fills the holes of a mask in place: background that does not reach the border of the volume. The border of a single
 * slice is its outermost pixels, not the two faces that all of its voxels lie on.
 *
 * @param mask [slices, rows, columns] of 0 and 1.
 *
 * @example
 * ```ts
 * import { fillEnclosed } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * const ring = Uint8Array.of(
 *   ...[1, 1, 1, 1],
 *   ...[1, 0, 0, 1],
 *   ...[1, 1, 1, 1],
 * );
 * fillEnclosed(ring, [1, 3, 4], { below: 2 });
 * assertEquals(ring[5], 0); // a hole of two pixels stays
 * fillEnclosed(ring, [1, 3, 4]);
 * assertEquals(ring[5], 1);
 * ```
 */
export function fillEnclosed(mask: Uint8Array, shape: Shape, options: FillEnclosedOptions = {}): void {
  const { connectivity = "faces", below = Infinity } = options;
  const [slices, rows, columns] = shape;
  // `map` with a function takes ten times as long.
  const background = new Uint8Array(mask.length);
  for (let i = 0; i < mask.length; i++) background[i] = mask[i] ? 0 : 1;
  const { sizes, starts, ends, labels } = findComponents(background, shape, connectivity);
  const isOpen = Uint8Array.from(sizes, (size) => size < below ? 0 : 1);
  starts.forEach((start, run) => {
    const line = Math.floor(start / columns);
    const [slice, row] = [Math.floor(line / rows), line % rows];
    const touches = row === 0 || row === rows - 1 || start % columns === 0 || ends[run]! % columns === 0 ||
      (slices > 1 && (slice === 0 || slice === slices - 1));
    if (touches) isOpen[labels[run]!] = 1;
  });
  starts.forEach((start, run) => {
    if (!isOpen[labels[run]!]) mask.fill(1, start, ends[run]);
  });
}

/**
 * Fills the holes of a mask in place and slice by slice: background that does not reach the border of the slice
 * (4-connected).
 *
 * @param mask [slices, rows, columns] of 0 and 1.
 *
 * @example
 * ```ts
 * import { fillHoles } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * const mask = Uint8Array.of(
 *   ...[1, 1, 1, 0],
 *   ...[1, 0, 1, 0], // the first 0 is enclosed, the second is not
 *   ...[1, 1, 1, 0],
 * );
 * fillHoles(mask, [1, 3, 4]);
 * assertEquals([...mask.subarray(4, 8)], [1, 1, 1, 0]);
 * ```
 */
export function fillHoles(mask: Uint8Array, [slices, rows, columns]: Shape): void {
  for (let slice = 0; slice < slices; slice++) {
    const plane = mask.subarray(slice * rows * columns, (slice + 1) * rows * columns);
    if (plane.includes(1)) fillEnclosed(plane, [1, rows, columns]);
  }
}
