import type { Volume } from "./volume.ts";

/** Lowest, highest and sum of the HU. The sum is exact for whole numbers: they stay far below 2^53. */
export function summarizeHu(hu: Volume["hu"]): { min: number; max: number; sum: number } {
  let [min, max, sum] = [Infinity, -Infinity, 0];
  for (let i = 0; i < hu.length; i++) {
    const value = hu[i]!;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  return { min, max, sum };
}
