import { InputError } from "@ctsurv/base/mod.ts";

/**
 * Holm's adjustment of the p-values of several comparisons (Holm 1979). With all comparisons that are reported together,
 * an adjusted p below 0.05 keeps the chance of even one false finding below 5 %. From the smallest of m:
 *
 *     adjusted p of the k-th = max over i <= k of min(1, (m - i + 1) p of the i-th)
 *
 * @example
 * ```ts
 * import { holm } from "@ctsurv/ctsurv/survival";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(holm([.25, .0625, .125]), [.25, .1875, .25]);
 * ```
 *
 * @param p The p-values; null where a comparison is undefined: it stays null and does not count.
 * @returns In the same order.
 * @throws {InputError} If a p-value is not between 0 and 1.
 */
export function holm(p: readonly (number | null)[]): (number | null)[] {
  const wrong = p.find((one) => one !== null && !(one >= 0 && one <= 1));
  if (wrong !== undefined) throw new InputError(`A p-value is between 0 and 1, not ${wrong}`);
  const order = [...p.keys()].filter((i) => p[i] !== null).sort((a, b) => p[a]! - p[b]!);
  const adjusted: (number | null)[] = p.map(() => null);
  let largest = 0;
  order.forEach((i, k) => {
    largest = Math.max(largest, Math.min(1, (order.length - k) * p[i]!));
    adjusted[i] = largest;
  });
  return adjusted;
}
