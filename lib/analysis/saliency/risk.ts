import { InputError } from "@ctsurv/base/mod.ts";
import { tf } from "@ctsurv/engine/mod.ts";

/** Options of {@linkcode logOddsOfDeath}. */
export interface RiskOptions {
  /**
   * The log odds are those of death by the end of this month. @default {the last month; the one before it without a
   * tail, since by the last month such a model has everybody dead}
   */
  readonly months?: number;
  /** Whether the model has DeepHit's constant logit for survival beyond the last month. @default {true} */
  readonly tail?: boolean;
}

/**
 * The risk that maps explain: the log odds of death by a month, from DeepHit's logits z_1 to z_B and the tail z_0 = 0.
 *
 *     R = log(F(t) / S(t)) = log(sum of exp z_k over k <= t) - log(sum of exp z_k over k > t, and of the tail)
 *
 * With a tail and t = 24, R is log-sum-exp of the 24 logits. It ranks patients as F(24), the cumulative incidence, does. Of
 * the two it is the one to differentiate: dF = F (1 - F) dR, so that the maps of one patient are the same up to a factor,
 * but those of a patient with F near 0 or 1 do not fade, and maps of different patients have one unit.
 *
 * @example
 * ```ts
 * import { logOddsOfDeath } from "@ctsurv/ctsurv/analysis";
 * import { tf } from "@ctsurv/ctsurv/engine";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * // Three months and the tail, all with the same logit: F(3) = 3/4, F(1) = 1/4.
 * const logits = tf.zeros([1, 3]) as tf.Tensor2D;
 * assertAlmostEquals(logOddsOfDeath(logits).dataSync()[0]!, Math.log(3), 1e-6);
 * assertAlmostEquals(logOddsOfDeath(logits, { months: 1 }).dataSync()[0]!, -Math.log(3), 1e-6);
 * ```
 *
 * @param logits [patients, bins]. A pure function of them that can be traced.
 * @returns [patients]
 * @throws {InputError} If there is no such month, or nobody can outlive it.
 */
export function logOddsOfDeath(logits: tf.Tensor, { tail = true, ...asked }: RiskOptions = {}): tf.Tensor {
  const [patients, bins] = logits.shape as [number, number];
  const months = asked.months ?? (tail ? bins : bins - 1);
  const last = tail ? bins : bins - 1;
  if (!(Number.isInteger(months) && months >= 1 && months <= last)) {
    throw new InputError(
      `The risk of death by month ${months} is not one of this model: choose a month from 1 to ${last}` +
        (tail ? "" : ", since it has no tail of patients who live longer"),
    );
  }
  const all = tail ? tf.concat([logits, tf.zeros([patients, 1])], 1) : logits;
  const dead = tf.slice(all, [0, 0], [patients, months]);
  const alive = tf.slice(all, [0, months], [patients, all.shape[1]! - months]);
  return tf.sub(tf.logSumExp(dead, 1), tf.logSumExp(alive, 1));
}
