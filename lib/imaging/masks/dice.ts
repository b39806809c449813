/**
 * The Dice coefficient of two masks of equal length, 2 |A and B| / (|A| + |B|). It is 1 for equal masks, also for two
 * empty ones.
 *
 * @param a 0 and 1.
 * @param b 0 and 1.
 *
 * @example
 * ```ts
 * import { dice } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(dice(Uint8Array.of(1, 1, 0, 0), Uint8Array.of(0, 1, 1, 0)), 0.5);
 * ```
 */
export function dice(a: Uint8Array, b: Uint8Array): number {
  let [both, either] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    both += a[i]! & b[i]!;
    either += a[i]! + b[i]!;
  }
  return either === 0 ? 1 : 2 * both / either;
}
