import { kaplanMeier } from "../estimates/kaplan_meier.ts";
import {
  checkPredictions,
  firstIndex,
  stepAt,
  survivalOfAll,
  type SurvivalPredictions,
} from "../follow_up/predictions.ts";
import { type CensoringOptions, censoringWeights } from "./censoring_weights.ts";

/** The cumulative/dynamic AUC at some times. */
export interface DynamicAuc {
  /** Months. */
  readonly times: readonly number[];
  /** [times]: null where nobody has died, nobody is known to be alive, or G is 0 at a death. */
  readonly auc: readonly (number | null)[];
  /** Mean with the deaths between the times as weights, by Kaplan-Meier; null where an AUC is null. */
  readonly mean: number | null;
}

/** How far two survivals may differ and still be the same prediction. */
const TOLERANCE = 1e-8;

/**
 * Cumulative/dynamic AUC (Uno et al. 2007, Hung & Chiang 2010):
 *
 *     AUC(t) = sum over pairs of 1 / G(T_i) 1[S_i(t) < S_j(t)] / sum over pairs of 1 / G(T_i)
 *
 * over the pairs in which i died by t and j is alive at t. Ties count one half. G is the probability of not being
 * censored, by Kaplan-Meier. The curves are read at each t, so the order of the patients may differ between times.
 *
 * The mean over the times is that of Lambert & Chevret (2016), as in scikit-survival.
 *
 * @example
 * ```ts
 * import { dynamicAuc } from "@ctsurv/ctsurv/survival";
 * import { assertEquals } from "@std/assert";
 *
 * const predictions = {
 *   times: [12],
 *   survival: [[.3], [.6], [.5], [.9]],
 *   months: [5, 10, 15, 20],
 *   event: [1, 1, 0, 0],
 * };
 * // Of four pairs of a dead and a living patient, one is in the wrong order: 0.6 against 0.5.
 * assertEquals(dynamicAuc(predictions, [12]).auc, [.75]);
 * ```
 *
 * @param times Months.
 * @throws {InputError} If the predictions are not complete, or a time is outside of them.
 */
export function dynamicAuc(
  predictions: SurvivalPredictions,
  times: readonly number[],
  options: CensoringOptions = {},
): DynamicAuc {
  const { months, event } = checkPredictions(predictions);
  const weights = censoringWeights(predictions, options);
  const auc = times.map((t) => {
    const survival = survivalOfAll(predictions, t);
    const alive = survival.filter((_, i) => weights.isAlive(i, t)).sort();
    let score = 0, total = 0;
    survival.forEach((own, i) => {
      if (event[i] !== 1 || months[i]! > t) return;
      const above = alive.length - firstIndex(alive.length, (k) => alive[k]! - own > TOLERANCE);
      const notBelow = alive.length - firstIndex(alive.length, (k) => alive[k]! - own >= -TOLERANCE);
      score += weights.own[i]! * (above + notBelow) / 2;
      total += weights.own[i]! * alive.length;
    });
    return Number.isFinite(score / total) ? score / total : null;
  });
  return { times, auc, mean: mean(predictions, times, auc) };
}

function mean(
  predictions: SurvivalPredictions,
  times: readonly number[],
  auc: readonly (number | null)[],
): number | null {
  const curve = kaplanMeier(predictions);
  let before = 1, sum = 0;
  for (const [k, t] of times.entries()) {
    const value = auc[k]!;
    if (value === null) return null;
    if (times.length === 1) return value;
    const alive = stepAt(curve.times, curve.survival, t);
    sum += value * (before - alive);
    before = alive;
  }
  return before === 1 ? null : sum / (1 - before);
}
