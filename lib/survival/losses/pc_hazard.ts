import * as tf from "@tensorflow/tfjs";
import { binMasks } from "./_bin_masks.ts";
import { checkedRows, survivalOfHazards } from "./_rows.ts";
import { logSoftplus, softplus } from "./_stable.ts";
import type { TimedLabels } from "./labels.ts";

/**
 * The piecewise constant hazard (Kvamme & Borgan 2021, section 3.2; pycox's `PCHazard`), from one number for each month,
 * [patients, bins]. The hazard within bin k is softplus(x_k) a month. The time itself counts, and not only its bin:
 *
 *     loss = -mean over patients of (event log hazard of the death's bin - sum over k of hazard_k months spent in bin k)
 *
 * A patient spends min(1, months - k) in bin k, or nothing. The death's bin k has k < months <= k + 1, whatever
 * `labels.bin` says: in a bin without any time in it the hazard would grow without bound, as it would for every death in
 * whole months under the scheme `lab` of `binLabel`. pycox leaves out a death at time 0; here it belongs to the first
 * month. A patient who was lost at time 0 adds 0.
 *
 * A pure function that can be traced; at least one weight must be 1.
 *
 * @example
 * ```ts
 * import { tf } from "@ctsurv/ctsurv/engine";
 * import { pcHazardLoss } from "@ctsurv/ctsurv/survival/losses";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * // A patient who was lost after a month and a half, with a hazard of log 2 a month.
 * const one = (number: number) => tf.tensor1d([number]);
 * const labels = { event: one(0), weight: one(1), months: one(1.5) };
 * assertAlmostEquals(pcHazardLoss(tf.zeros([1, 3]), labels).arraySync(), 1.5 * Math.log(2), 1e-6);
 * ```
 */
export function pcHazardLoss(
  outputs: tf.Tensor,
  { event, weight, months }: Pick<TimedLabels, "event" | "weight" | "months">,
): tf.Scalar {
  const begin = tf.tensor1d(Float32Array.from({ length: outputs.shape[1]! }, (_, k) => k));
  const spent = tf.clipByValue(tf.sub(tf.expandDims(months, 1), begin), 0, 1);
  const bin = tf.relu(tf.sub(tf.ceil(months), 1));
  const died = tf.mul(binMasks(bin, outputs).at, tf.expandDims(event, 1));
  const loss = tf.sub(tf.mul(softplus(outputs), spent), tf.mul(logSoftplus(outputs), died));
  return tf.div(tf.sum(tf.mul(loss, tf.expandDims(weight, 1))), tf.sum(weight));
}

/**
 * Survival curves from the outputs of PC-hazard at whole months, in float64:
 *
 *     S(k) = exp(-sum over m < k of softplus(x_m))
 *
 * The formula is that of {@linkcode logisticHazardCurves}, since 1 - sigmoid(x) = exp(-softplus(x)). The two differ in
 * what is fitted: here the hazard within a month, there the risk of the whole month.
 *
 * @example
 * ```ts
 * import { pcHazardCurves } from "@ctsurv/ctsurv/survival/losses";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const [curve] = pcHazardCurves([0, 0], { bins: 2 });
 * assertAlmostEquals(curve![2]!, Math.exp(-2 * Math.log(2)));
 * ```
 *
 * @param outputs [patients, bins], row by row.
 * @param options.bins Monthly bins. @default {24}
 * @returns One row of `bins + 1` columns for each patient, S(0) = 1 to S(bins), never increasing.
 * @throws {InputError} If the number of outputs is no multiple of `bins`, or one is not finite.
 */
export function pcHazardCurves(
  outputs: ArrayLike<number>,
  options: { readonly bins?: number } = {},
): Float64Array[] {
  return checkedRows(outputs, options).map((row) => survivalOfHazards(row));
}
