/** Share of the steps in which the learning rate rises. */
const WARM_UP = 0.05;

/**
 * The learning rate of a step as a share of the highest. It rises linearly over the first 5 % of the steps and then falls
 * to nearly 0 along half a cosine (Loshchilov and Hutter 2017, without restarts).
 *
 * @param step Counted from 1.
 *
 * @example
 * ```ts
 * import { warmUpAndCosine } from "@ctsurv/ctsurv/engine";
 * import { assertEquals } from "@std/assert";
 *
 * const shares = [1, 10, 105, 200].map((step) => warmUpAndCosine(step, 200));
 * assertEquals(shares.map((share) => share.toFixed(2)), ["0.10", "1.00", "0.50", "0.00"]);
 * ```
 */
export function warmUpAndCosine(step: number, steps: number): number {
  const warmUp = Math.max(1, WARM_UP * steps);
  if (step < warmUp) return step / warmUp;
  return 0.5 + 0.5 * Math.cos(Math.PI * (step - warmUp) / (steps - warmUp + 1));
}
