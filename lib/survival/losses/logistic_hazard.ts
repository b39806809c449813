import * as tf from "@tensorflow/tfjs";
import type { DeepHitLabels } from "../deephit/loss.ts";
import { binMasks } from "./_bin_masks.ts";
import { checkedRows, survivalOfHazards } from "./_rows.ts";
import { softplus } from "./_stable.ts";

/**
 * The logistic hazard (Brown 1975; nnet-survival, Gensheimer & Narasimhan 2019; pycox's `LogisticHazard`), from one logit
 * for each month, [patients, bins]. The hazard of bin k is h_k = sigmoid(logit_k), and
 *
 *     loss = -mean over patients of (log h_k + sum of log(1 - h_m) over m < k   for a death in bin k,
 *                                    sum of log(1 - h_m) over m <= k            for a patient censored at k)
 *
 * A patient about whom nothing is known (bin -1) adds 0. There is no tail: whoever survives all bins has survived each.
 *
 * A pure function that can be traced; at least one weight must be 1.
 *
 * @example
 * ```ts
 * import { tf } from "@ctsurv/ctsurv/engine";
 * import { logisticHazardLoss } from "@ctsurv/ctsurv/survival/losses";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * // A death in the first month and a patient alive after the third, with a hazard of 1/2 each month.
 * const labels = { bin: tf.tensor1d([0, 2]), event: tf.tensor1d([1, 0]), weight: tf.tensor1d([1, 1]) };
 * assertAlmostEquals(logisticHazardLoss(tf.zeros([2, 3]), labels).arraySync(), 2 * Math.log(2), 1e-6); // (1 + 3) / 2
 * ```
 */
export function logisticHazardLoss(logits: tf.Tensor, { bin, event, weight }: DeepHitLabels): tf.Scalar {
  const { at, after } = binMasks(bin, logits);
  const asked = tf.mul(tf.sub(1, after), tf.expandDims(weight, 1));
  const died = tf.mul(at, tf.expandDims(event, 1));
  const loss = tf.sub(softplus(logits), tf.mul(logits, died));
  return tf.div(tf.sum(tf.mul(loss, asked)), tf.sum(weight));
}

/**
 * Survival curves from the logits of the hazards, in float64:
 *
 *     S(k) = product over m < k of (1 - sigmoid(logit_m))
 *
 * Bin k is the month (k, k + 1], so S(k) is the probability of outliving month k. pycox adds 1e-7 to each factor; here
 * nothing is added.
 *
 * @example
 * ```ts
 * import { logisticHazardCurves } from "@ctsurv/ctsurv/survival/losses";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(logisticHazardCurves([0, 0], { bins: 2 })[0]!.map((s) => Math.round(1e9 * s) / 1e9), Float64Array.of(1, .5, .25));
 * ```
 *
 * @param logits [patients, bins], row by row.
 * @param options.bins Monthly bins. @default {24}
 * @returns One row of `bins + 1` columns for each patient, S(0) = 1 to S(bins), never increasing.
 * @throws {InputError} If the number of logits is no multiple of `bins`, or one is not finite.
 */
export function logisticHazardCurves(
  logits: ArrayLike<number>,
  options: { readonly bins?: number } = {},
): Float64Array[] {
  return checkedRows(logits, options).map((row) => survivalOfHazards(row));
}
