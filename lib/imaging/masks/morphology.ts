/**
 * Binary dilation by a pixel and its four neighbours; beyond the border is background, as in `scipy.ndimage`.
 *
 * @param mask [rows, columns] of 0 and 1.
 */
export function dilate(mask: Uint8Array, columns: number): Uint8Array {
  return fillNeighbours(mask, columns, 1);
}

/**
 * Binary erosion by a pixel and its four neighbours. Beyond the border is background, as in `scipy.ndimage`: pixels on the
 * border go.
 *
 * @param mask [rows, columns] of 0 and 1.
 */
export function erode(mask: Uint8Array, columns: number): Uint8Array {
  const result = fillNeighbours(mask, columns, 0);
  result.fill(0, 0, columns);
  result.fill(0, mask.length - columns);
  for (let i = 0; i < mask.length; i += columns) result[i] = result[i + columns - 1] = 0;
  return result;
}

/** Every pixel that is `value` hands it to its four neighbours: what lies beyond the border hands on nothing. */
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
