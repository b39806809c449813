import { kaplanMeier } from "../estimates/kaplan_meier.ts";
import {
  checkPredictions,
  firstIndex,
  stepAt,
  survivalOfAll,
  type SurvivalPredictions,
} from "../follow_up/predictions.ts";
import { type CensoringOptions, censoringWeights } from "./censoring_weights.ts";

export interface DynamicAuc {
  /** Months. */
  readonly times: readonly number[];
  /** One per time; null where nobody has died, nobody is known to be alive, or G is 0 at a death. */
  readonly auc: readonly (number | null)[];
  /** Weighted by the deaths between the times, as Kaplan-Meier has them; null where one is. */
  readonly mean: number | null;
}

/** How far two survivals may differ and still be the same prediction. */
const TOLERANCE = 1e-8;

/**
 * Cumulative/dynamic AUC (Uno et al. 2007, Hung & Chiang 2010): of those who died by t, weighing 1 / G(T), against
 * those alive at t, how often the former were given the lower S(t); ties count one half. The curves are read at each t,
 * so that the score may change with it. The mean is that of Lambert & Chevret (2016), as in scikit-survival.
 *
 * @throws {InputError} If the predictions are not whole, or a time is outside of them.
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
