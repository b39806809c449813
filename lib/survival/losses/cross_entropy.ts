import * as tf from "@tensorflow/tfjs";
import { InputError } from "@ctsurv/base/mod.ts";
import { HORIZON_MONTHS } from "../follow_up/follow_up.ts";
import { softplus } from "./_stable.ts";
import type { TimedLabels } from "./labels.ts";

/**
 * The plain cross-entropy of "dead within 24 months", as most papers on LUNG1 train, from one logit for each patient,
 * [patients, 1]:
 *
 *     loss = -mean over patients whose answer is known of (log p if dead, log(1 - p) if alive), p = sigmoid(logit)
 *
 * A patient who was lost before 24 months has no answer and is left out: that is what survival losses are for. A batch in
 * which nobody has one gives loss 0 and gradient 0.
 *
 * A pure function that can be traced.
 *
 * @example
 * ```ts
 * import { tf } from "@ctsurv/ctsurv/engine";
 * import { crossEntropyLoss } from "@ctsurv/ctsurv/survival/losses";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * // Dead, alive after two years, and lost before.
 * const labels = {
 *   bin: tf.tensor1d([4, 23, 7]),
 *   event: tf.tensor1d([1, 0, 0]),
 *   weight: tf.tensor1d([1, 1, 1]),
 *   months: tf.tensor1d([4.5, 24, 8.5]),
 * };
 * assertAlmostEquals(crossEntropyLoss(tf.tensor2d([[0], [0], [9]]), labels).arraySync(), Math.log(2), 1e-6);
 * ```
 *
 * @param logits [patients, 1]
 * @param options.horizon Months. @default {24}
 */
export function crossEntropyLoss(
  logits: tf.Tensor,
  { event, weight, months }: TimedLabels,
  { horizon = HORIZON_MONTHS }: { readonly horizon?: number } = {},
): tf.Scalar {
  const logit = tf.squeeze(logits, [1]);
  const isAlive = tf.mul(tf.cast(tf.greaterEqual(months, horizon), "float32"), tf.sub(1, event));
  const known = tf.mul(tf.add(event, isAlive), weight);
  const loss = tf.sub(softplus(logit), tf.mul(logit, event));
  return tf.div(tf.sum(tf.mul(loss, known)), tf.maximum(tf.sum(known), 1));
}

/**
 * Survival curves from the logits of "dead within 24 months", in float64. The network says one number of a patient, the
 * survival at the horizon, and nothing about the months before. The curve given here is that of the training patients,
 * made steeper or flatter until it meets this number:
 *
 *     S(k) = S(24)^(H(k) / H(24)), S(24) = 1 - sigmoid(logit)
 *
 * with H the cumulative hazard of the training patients, see `cumulativeHazard`: hazards are proportional, as in Cox's
 * model. Curves of patients therefore never cross, and a Ctd of them is about the order at 24 months alone.
 *
 * @example
 * ```ts
 * import { crossEntropyCurves } from "@ctsurv/ctsurv/survival/losses";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const [curve] = crossEntropyCurves([0], [0, .2, .8]);
 * assertAlmostEquals(curve![2]!, .5); // the network's own
 * assertAlmostEquals(curve![1]!, .5 ** .25);
 * ```
 *
 * @param logits [patients]
 * @param baseline [bins + 1], H at month 0 to the last.
 * @returns One row of `bins + 1` columns for each patient, S(0) = 1 to S(bins), never increasing.
 * @throws {InputError} If a number is not finite, the baseline falls, or nobody of the training patients died.
 */
export function crossEntropyCurves(logits: ArrayLike<number>, baseline: ArrayLike<number>): Float64Array[] {
  const hazard = Float64Array.from(baseline);
  const last = hazard.at(-1) ?? 0;
  if (!(last > 0) || !hazard.every((h, k) => Number.isFinite(h) && h >= (hazard[k - 1] ?? 0))) {
    throw new InputError("A cumulative baseline hazard is finite, never falls, and ends above 0");
  }
  return Array.from(logits, (logit, patient) => {
    if (!Number.isFinite(logit)) throw new InputError(`Patient ${patient + 1} has a logit that is not finite`);
    const logSurvival = -(Math.max(logit, 0) + Math.log1p(Math.exp(-Math.abs(logit))));
    return hazard.map((h) => Math.exp(logSurvival * h / last));
  });
}
