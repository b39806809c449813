import { InputError } from "@ctsurv/base/mod.ts";
import type { TumourExtent } from "./tumour_slices.ts";

/**
 * The sum of attention weights.
 *
 * @example
 * ```ts
 * import { attentionTotal } from "@ctsurv/ctsurv/analysis";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(attentionTotal([.25, .25, .5]), 1);
 * assertThrows(() => attentionTotal([0, 0]), Error, "adds up to 0");
 * ```
 *
 * @param weights [slices]
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
 * How evenly attention is spread over slices: Shannon's entropy of the weights, divided by its maximum.
 *
 *     -sum of a_j log a_j / log(slices)
 *
 * It is 1 if all weights are equal and 0 if one slice has all the attention. For a single slice it is 1.
 *
 * @example
 * ```ts
 * import { attentionEntropy } from "@ctsurv/ctsurv/analysis";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(attentionEntropy([.25, .25, .25, .25]), 1);
 * assertEquals(attentionEntropy([.5, .5, 0, 0]), .5); // two of four slices
 * assertEquals(attentionEntropy([1, 0, 0, 0]), 0);
 * ```
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

/** How much of one patient's attention falls on slices with tumour. */
export interface AttentionShare {
  /** Share of the attention that falls on slices with tumour, 0 to 1. */
  readonly attended: number;
  /** Share of the slices that have tumour, 0 to 1: the value of `attended` for equal weights. */
  readonly uniform: number;
}

/**
 * How much of a patient's attention falls on the slices with tumour.
 *
 * @example
 * ```ts
 * import { attentionShare } from "@ctsurv/ctsurv/analysis";
 * import { assertEquals } from "@std/assert";
 *
 * // Tumour on the last two of four slices.
 * assertEquals(attentionShare([.1, .2, .6, .1], [[2, 3]]), { attended: .7, uniform: .5 });
 * ```
 *
 * @param weights [slices], not below 0; only their proportions count.
 * @param tumours Ranges of slices with tumour, as `tumourSlices` gives them.
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
