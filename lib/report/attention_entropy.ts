import { attentionTotal } from "./attention_total.ts";

/**
 * How evenly attention is spread: Shannon's entropy of the weights over the logarithm of their number, 1 where all are
 * equal, 0 where one slice has all. 1 for a single slice, where there is nothing to choose.
 *
 * @param weights [slices], not below 0; only their proportions count.
 * @throws {InputError} If there are no weights, one is negative or not finite, or all are 0.
 */
export function attentionEntropy(weights: ArrayLike<number>): number {
  const total = attentionTotal(weights);
  if (weights.length === 1) return 1;
  const nats = Array.from(weights, (weight) => weight / total)
    .reduce((sum, share) => share > 0 ? sum - share * Math.log(share) : sum, 0);
  return nats / Math.log(weights.length);
}
