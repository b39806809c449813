import * as tf from "@tensorflow/tfjs";
import { InputError } from "@ctsurv/base/mod.ts";
import { logSumExp } from "./_stable.ts";
import type { TimedLabels } from "./labels.ts";

/**
 * Cox's partial likelihood within a batch, the loss of DeepSurv (Katzman et al. 2018) and of pycox's `CoxPH`, from one
 * log hazard g for each patient, [patients, 1]:
 *
 *     loss = -1 / deaths  sum over deaths i of (g_i - log sum over j with months_j >= months_i of exp(g_j))
 *
 * Deaths at the same time share a risk set (Breslow 1974). pycox orders them by chance there; without such ties the two
 * are the same. It is computed as a log-sum-exp, without pycox's epsilon of 1e-7.
 *
 * The risk sets are those of the batch and not of the cohort. In a batch of 4 a death is compared with 3 patients at most,
 * and a batch without a death gives loss 0 and gradient 0. The mean loss therefore depends on the size of the batch: 0.79
 * for equal hazards in batches of 4 without censoring, and 3.64 for 100 patients at once. So does what is learnt (Kvamme et
 * al. 2019, section 2.3). `compareBatchSizes` of `study` measures it.
 *
 * A pure function that can be traced. Adding a number to every g changes nothing: the level of the hazard is not learnt,
 * but taken from the training patients, see {@linkcode coxCurves}.
 *
 * @example
 * ```ts
 * import { tf } from "@ctsurv/ctsurv/engine";
 * import { coxLoss } from "@ctsurv/ctsurv/survival/losses";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * // One death, with two more patients at risk, and a row that only pads.
 * const vector = (numbers: number[]) => tf.tensor1d(numbers);
 * const labels = {
 *   bin: vector([2, 8, 23, -1]),
 *   event: vector([1, 0, 0, 0]),
 *   weight: vector([1, 1, 1, 0]),
 *   months: vector([2.5, 9, 24, 0]),
 * };
 * assertAlmostEquals(coxLoss(tf.zeros([4, 1]), labels).arraySync(), Math.log(3), 1e-6);
 * ```
 *
 * @param logHazards [patients, 1]
 */
export function coxLoss(logHazards: tf.Tensor, { event, weight, months }: TimedLabels): tf.Scalar {
  const g = tf.squeeze(logHazards, [1]);
  const isAtRisk = tf.mul(tf.cast(tf.greaterEqual(months, tf.expandDims(months, 1)), "float32"), weight);
  // Row i is the risk set of patient i. Finite, so that an empty set times 0 is 0 and not NaN.
  const ofRiskSet = logSumExp(tf.add(g, tf.mul(tf.sub(isAtRisk, 1), 1e30)));
  const died = tf.mul(event, weight);
  const deaths = tf.maximum(tf.sum(died), 1);
  return tf.div(tf.sum(tf.mul(died, tf.sub(ofRiskSet, g))), deaths);
}

/**
 * Survival curves of proportional hazards, in float64:
 *
 *     S(k) = exp(-H0(k) exp(g))
 *
 * with Breslow's estimate H0 of the training patients, see `cumulativeHazard`, as in pycox.
 *
 * @example
 * ```ts
 * import { coxCurves } from "@ctsurv/ctsurv/survival/losses";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const [curve] = coxCurves([Math.log(2)], [0, .1, .3]);
 * assertAlmostEquals(curve![2]!, Math.exp(-.6)); // twice the hazard of the baseline
 * ```
 *
 * @param logHazards [patients], g.
 * @param baseline [bins + 1], H0 at month 0 to the last.
 * @returns One row of `bins + 1` columns for each patient, S(0) = 1 to S(bins), never increasing.
 * @throws {InputError} If a number is not finite or the baseline falls.
 */
export function coxCurves(logHazards: ArrayLike<number>, baseline: ArrayLike<number>): Float64Array[] {
  const hazard = Float64Array.from(baseline);
  if (!hazard.every((h, k) => Number.isFinite(h) && h >= (hazard[k - 1] ?? 0))) {
    throw new InputError("A cumulative baseline hazard is finite, and never falls");
  }
  return Array.from(logHazards, (g, patient) => {
    if (!Number.isFinite(g)) throw new InputError(`Patient ${patient + 1} has a log hazard that is not finite`);
    // 0 times an infinite ratio is a hazard of 0.
    return hazard.map((h) => h === 0 ? 1 : Math.exp(-h * Math.exp(g)));
  });
}
