import { tf } from "@ctsurv/engine/mod.ts";
import { InputError } from "@ctsurv/base/mod.ts";
import { HORIZON_MONTHS } from "../follow_up/follow_up.ts";

/**
 * Survival curves from the logits of DeepHit (Lee et al. 2018), in float64:
 *
 *     p = softmax(logits), S(k) = p_k + p_(k+1) + ...
 *
 * Bin k is the month (k, k + 1], so S(k) is the probability of outliving month k. The tail, "alive after the last bin",
 * is one more logit that is always 0 (Kvamme & Borgan 2021, eq. 9).
 *
 * @example
 * ```ts
 * import { survivalFromLogits } from "@ctsurv/ctsurv/survival/deephit";
 * import { assertEquals } from "@std/assert";
 *
 * // Three months with the same logit as the tail: each has a probability of 1/4.
 * assertEquals(survivalFromLogits([0, 0, 0], { bins: 3 }), [Float64Array.of(1, .75, .5, .25)]);
 * ```
 *
 * @param logits [patients, bins], row by row.
 * @param options.bins Monthly bins. @default {24}
 * @param options.tail Whether the model has a tail. @default {true}
 * @returns One row of `bins + 1` columns for each patient, S(0) = 1 to S(bins), never increasing. S(bins) is the
 *   probability of the tail, or 0 without a tail.
 * @throws {InputError} If the number of logits is no multiple of `bins`, or one is not finite.
 */
export function survivalFromLogits(
  logits: ArrayLike<number>,
  { bins = HORIZON_MONTHS, tail = true }: { readonly bins?: number; readonly tail?: boolean } = {},
): Float64Array[] {
  if (logits.length % bins !== 0) {
    throw new InputError(`${logits.length} logits are not whole patients of ${bins} bins each`);
  }
  return Array.from({ length: logits.length / bins }, (_, patient) => {
    const row = Float64Array.from({ length: bins + 1 }, (_, k) => k < bins ? logits[patient * bins + k]! : 0);
    if (!row.every(Number.isFinite)) throw new InputError(`Patient ${patient + 1} has a logit that is not finite`);
    const columns = tail ? row : row.subarray(0, bins);
    const highest = Math.max(...columns);
    const survival = new Float64Array(bins + 1);
    // Summed from the far end: small probabilities of late survival keep their digits, and the curve cannot rise.
    let left = 0;
    for (let k = columns.length - 1; k >= 0; k--) {
      left += Math.exp(columns[k]! - highest);
      survival[k] = left;
    }
    return survival.map((value) => value / left);
  });
}

/**
 * {@linkcode survivalFromLogits} as tensors, in float32: for a graph that other programs run.
 *
 * @example
 * ```ts
 * import { tf } from "@ctsurv/ctsurv/engine";
 * import { logitsToSurvival } from "@ctsurv/ctsurv/survival/deephit";
 * import { assertEquals } from "@std/assert";
 *
 * const survival = logitsToSurvival(tf.zeros([1, 3]), { bins: 3 });
 * assertEquals(survival.arraySync(), [[1, .75, .5, .25]]);
 * ```
 *
 * @param logits [patients, bins]
 * @returns [patients, bins + 1]
 */
export function logitsToSurvival(
  logits: tf.Tensor,
  { bins = HORIZON_MONTHS, tail = true }: { readonly bins?: number; readonly tail?: boolean } = {},
): tf.Tensor2D {
  const columns = tail ? bins + 1 : bins;
  const all = tail ? tf.pad(logits as tf.Tensor2D, [[0, 0], [0, 1]]) : logits;
  // Column k of the product sums the probabilities from k on.
  const from = Float32Array.from(
    { length: columns * (bins + 1) },
    (_, i) => Number(Math.floor(i / (bins + 1)) >= i % (bins + 1)),
  );
  return tf.matMul(tf.softmax(all) as tf.Tensor2D, tf.tensor2d(from, [columns, bins + 1]));
}
