/**
 * Binary dilation by a pixel and its four neighbours. Beyond the border is background, as in `scipy.ndimage`.
 *
 * @param mask [rows, columns] of 0 and 1.
 * @returns A new mask of the same shape.
 *
 * @example
 * ```ts
 * import { dilate } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   dilate(Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0), 3),
 *   Uint8Array.of(0, 1, 0, 1, 1, 1, 0, 1, 0),
 * );
 * ```
 */
export function dilate(mask: Uint8Array, columns: number): Uint8Array {
  return fillNeighbours(mask, columns, 1);
}

/**
 * Binary erosion by a pixel and its four neighbours. Beyond the border is background, as in `scipy.ndimage`, so pixels
 * on the border are removed.
 *
 * @param mask [rows, columns] of 0 and 1.
 * @returns A new mask of the same shape.
 *
 * @example
 * ```ts
 * import { erode } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   erode(Uint8Array.of(1, 1, 1, 1, 1, 1, 1, 1, 1), 3),
 *   Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0),
 * );
 * ```
 */
export function erode(mask: Uint8Array, columns: number): Uint8Array {
  const result = fillNeighbours(mask, columns, 0);
  result.fill(0, 0, columns);
  result.fill(0, mask.length - columns);
  for (let i = 0; i < mask.length; i += columns) result[i] = result[i + columns - 1] = 0;
  return result;
}

/** Gives `value` to the four neighbours of every pixel that has it. Nothing comes in from beyond the border. */
export function fillNeighbours(mask: Uint8Array, columns: number, value: 0 | 1): Uint8Array {
  const result = mask.slice();
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] !== value) continue;
    const column = i % columns;
    if (i >= columns) result[i - columns] = value;
    if (i < mask.length - columns) result[i + columns] = value;
    if (column > 0) result[i - 1] = value;
    if (column < columns - 1) result[i + 1] = value;
  }
  return result;
}
