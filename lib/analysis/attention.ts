import { InputError } from "@ctsurv/base/mod.ts";
import type { TumourExtent } from "./tumour_slices.ts";

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

/** Of one patient. */
export interface AttentionShare {
  /** Share of the attention that falls on slices with tumour. */
  readonly attended: number;
  /** Their share of the slices: what equal weights would give. */
  readonly uniform: number;
}

/**
 * How much of a patient's attention falls on the slices that hold tumour.
 *
 * @param weights [slices], not below 0; only their proportions count.
 * @throws {InputError} If there are no weights, one is negative or not finite, all are 0, or a range of the tumour lies
 *   beyond the slices.
 */
export function attentionShare(weights: ArrayLike<number>, tumours: TumourExtent): AttentionShare {
  const slices = weights.length;
  const total = attentionTotal(weights);
  const beyond = tumours.find(([first, last]) => !(first >= 0 && first <= last && last < slices));
  if (beyond) {
    throw new InputError(
      `The tumour is on slices ${beyond.join(" to ")}, but attention is on slices 0 to ${slices - 1}`,
    );
  }
  const inside = Array.from(weights).filter((_, i) => tumours.some(([first, last]) => first <= i && i <= last));
  return { attended: inside.reduce((sum, weight) => sum + weight, 0) / total, uniform: inside.length / slices };
}
