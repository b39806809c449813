/** How many numbers a shape holds: the product of its dimensions, 1 for a scalar's `[]`. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/**
 * A quantile of sorted numbers. Between two order statistics it is linear, as in `numpy.quantile` by default. NaN for no
 * numbers.
 *
 * @example The quartiles of four follow-up times
 * ```ts
 * import { quantile } from "@ctsurv/ctsurv/base";
 * import { assertEquals } from "@std/assert";
 *
 * const months = [4, 10, 12, 30]; // sorted
 * assertEquals([0.25, 0.5, 0.75].map((q) => quantile(months, q)), [8.5, 11, 16.5]);
 * ```
 *
 * @param sorted In ascending order, which is not checked.
 * @param q From 0 to 1.
 */
export function quantile(sorted: readonly number[], q: number): number {
  const position = q * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!, high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (position - below) * (high - low);
}

/**
 * The median of numbers in any order. For an even count it is the mean of the middle two; for no numbers, NaN.
 *
 * @example
 * ```ts
 * import { median } from "@ctsurv/ctsurv/base";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(median([30, 4, 12]), 12);
 * assertEquals(median([30, 4, 12, 10]), 11);
 * ```
 */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}
