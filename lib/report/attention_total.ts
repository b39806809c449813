import { InputError } from "@ctsurv/common/mod.ts";

/**
 * The sum of attention weights.
 *
 * @throws {InputError} If there are none, one is negative or not finite, or all are 0.
 */
export function attentionTotal(weights: ArrayLike<number>): number {
  const all = Array.from(weights);
  const wrong = all.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  if (wrong >= 0) throw new InputError(`Attention to slice ${wrong} of ${all.length} is ${all[wrong]}, not 0 or more`);
  const total = all.reduce((sum, weight) => sum + weight, 0);
  if (total > 0) return total;
  throw new InputError(`Attention to ${all.length} slices adds up to 0: there is nothing to compare`);
}
