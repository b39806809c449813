import * as tf from "@tensorflow/tfjs";
import { HORIZON_MONTHS } from "../follow_up/follow_up.ts";
import { type DeepHitLabels, likelihoodLoss } from "../deephit/loss.ts";
import { survivalFromLogits } from "../deephit/survival_from_logits.ts";
import { checkedRows } from "./_rows.ts";

/**
 * Multi-task logistic regression (Yu et al. 2011; N-MTLR, Fotso 2018; pycox's `MTLR`), from one number x for each month,
 * [patients, bins]. Its logit of dying in bin k is what is left from there on:
 *
 *     logit_k = x_k + x_(k+1) + ... + x_last, and 0 for surviving all bins
 *
 * The loss is DeepHit's likelihood of these logits, `likelihoodLoss`, without the ranking. Neighbouring months share most
 * of their terms, so that x is the change of the logits from month to month.
 *
 * A pure function that can be traced; at least one weight must be 1.
 *
 * @example
 * ```ts
 * import { tf } from "@ctsurv/ctsurv/engine";
 * import { mtlrLoss } from "@ctsurv/ctsurv/survival/losses";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const labels = { bin: tf.tensor1d([0, 2]), event: tf.tensor1d([1, 0]), weight: tf.tensor1d([1, 1]) };
 * assertAlmostEquals(mtlrLoss(tf.zeros([2, 3]), labels).arraySync(), Math.log(4), 1e-6); // four outcomes, all alike
 * ```
 */
export function mtlrLoss(outputs: tf.Tensor, labels: DeepHitLabels): tf.Scalar {
  const bins = outputs.shape[1]!;
  // Not tf.cumsum: a matrix product is one kernel forth and one back on every engine.
  const fromHereOn = tf.tensor2d(
    Float32Array.from({ length: bins * bins }, (_, i) => Number(Math.floor(i / bins) >= i % bins)),
    [bins, bins],
  );
  return likelihoodLoss(tf.matMul(outputs, fromHereOn), labels);
}

/**
 * Survival curves from the outputs of MTLR, in float64: those of `survivalFromLogits` for the sums from each month on.
 *
 * @example
 * ```ts
 * import { mtlrCurves } from "@ctsurv/ctsurv/survival/losses";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(mtlrCurves([0, 0, 0], { bins: 3 }), [Float64Array.of(1, .75, .5, .25)]);
 * ```
 *
 * @param outputs [patients, bins], row by row.
 * @param options.bins Monthly bins. @default {24}
 * @returns One row of `bins + 1` columns for each patient, S(0) = 1 to S(bins), never increasing.
 * @throws {InputError} If the number of outputs is no multiple of `bins`, or one is not finite.
 */
export function mtlrCurves(
  outputs: ArrayLike<number>,
  { bins = HORIZON_MONTHS }: { readonly bins?: number } = {},
): Float64Array[] {
  return checkedRows(outputs, { bins }).flatMap((row) => {
    for (let k = bins - 2; k >= 0; k--) row[k]! += row[k + 1]!;
    return survivalFromLogits(row, { bins });
  });
}
