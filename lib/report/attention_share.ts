import { InputError } from "@ctsurv/common/mod.ts";
import { attentionTotal } from "./attention_total.ts";
import type { TumourExtent } from "./tumour_slices.ts";

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
  if (beyond) throw new InputError(`Tumour on slices ${beyond.join(" to ")}, but attention has ${slices}, from 0`);
  const inside = Array.from(weights).filter((_, i) => tumours.some(([first, last]) => first <= i && i <= last));
  return { attended: inside.reduce((sum, weight) => sum + weight, 0) / total, uniform: inside.length / slices };
}
