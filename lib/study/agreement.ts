/** Options of {@linkcode agreement}. */
export interface AgreementOptions {
  /** The largest difference between two numbers that is taken for rounding. @default {1e-5} */
  readonly tolerance?: number;
}

/**
 * Compares what a notebook computes by a formula, written out, with what the library computes.
 *
 * @example
 * ```ts
 * import { agreement } from "@ctsurv/ctsurv/study";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(agreement("Attention", [0.25, 0.75], [0.250001, 0.749999]), "Attention: within 0.00001 of the library's");
 * ```
 *
 * @param what Names the quantity: "Attention".
 * @returns "Attention: within 1e-5 of the library's".
 * @throws {Error} If there are not as many numbers, or two of them are further apart than the tolerance.
 */
export function agreement(
  what: string,
  ours: ArrayLike<number>,
  library: ArrayLike<number>,
  { tolerance = 1e-5 }: AgreementOptions = {},
): string {
  if (ours.length !== library.length) {
    throw new Error(`${what}: ${ours.length} numbers, but the library's are ${library.length}`);
  }
  const apart = Array.from(ours, (number, i) => Math.abs(number - library[i]!)).reduce((a, b) => Math.max(a, b), 0);
  if (!(apart <= tolerance)) throw new Error(`${what}: ${apart} from the library's`);
  return `${what}: within ${tolerance} of the library's`;
}
