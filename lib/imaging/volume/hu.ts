import type { Volume } from "./volume.ts";

/** The HU of voxels where nothing was measured: air. */
export const AIR = -1024;

/**
 * Stores `hu(stored[i])` from `offset` on. An int16 target is used for as long as every value is whole and fits; at the
 * first that does not, everything moves to float32. Most CT takes half the memory this way, and no value is changed.
 *
 * @returns The target to continue with: the one given, or its float32 successor.
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

/**
 * The lowest value, the highest value and the sum of the HU. The sum is exact for whole numbers: it stays far below
 * 2^53.
 *
 * @example
 * ```ts
 * import { summariseHu } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(summariseHu(Int16Array.of(-1000, 40, 60)), { min: -1000, max: 60, sum: -900 });
 * ```
 */
export function summariseHu(hu: Volume["hu"]): { min: number; max: number; sum: number } {
  let [min, max, sum] = [Infinity, -Infinity, 0];
  for (let i = 0; i < hu.length; i++) {
    const value = hu[i]!;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  return { min, max, sum };
}

/**
 * Clips HU to a window and maps it to [0, 1] in place: 0 at `low` and below, 1 at `high` and above.
 *
 * @param clip Without clipping, what is beyond the window is below 0 or above 1. @default {true}
 * @returns The array that was given.
 *
 * @example
 * ```ts
 * import { windowHu } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * const values = Float32Array.of(-1024, -1000, -300, 400, 1500);
 * assertEquals(windowHu(values, [-1000, 400]), Float32Array.of(0, 0, 0.5, 1, 1));
 * ```
 */
export function windowHu(
  values: Float32Array,
  [low, high]: readonly [low: number, high: number],
  clip = true,
): Float32Array {
  const [least, most] = clip ? [0, 1] : [-Infinity, Infinity];
  for (let i = 0; i < values.length; i++) {
    values[i] = Math.min(most, Math.max(least, (values[i]! - low) / (high - low)));
  }
  return values;
}
