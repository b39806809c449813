/** The HU that stand for "nothing was measured here": air. */
export const AIR = -1024;

/**
 * Stores `hu(stored[i])` from `offset` on. An int16 target serves for as long as every value is whole and fits; at the
 * first that does not, everything moves to float32. Most CT needs half the memory that way and no value is changed.
 *
 * @returns The target to go on with: the one given, or its float32 successor.
 */
export function storeHu(
  target: Int16Array | Float32Array,
  offset: number,
  stored: ArrayLike<number>,
  hu: (stored: number) => number,
): Int16Array | Float32Array {
  let isWhole = target instanceof Int16Array;
  for (let i = 0; i < stored.length; i++) {
    const value = hu(stored[i]!);
    target[offset + i] = value;
    // An int16 that does not read back as written was a fraction or too large.
    if (isWhole && target[offset + i] !== value) {
      target = Float32Array.from(target);
      target[offset + i] = value;
      isWhole = false;
    }
  }
  return target;
}
