import type { BrierScores } from "./brier_scores.ts";
import { type CensoringOptions, censoringWeights } from "./censoring_weights.ts";
import { integrateScores } from "./integrate_scores.ts";
import { survivalOfAll } from "./survival_at.ts";
import { checkPredictions, type SurvivalPredictions } from "./survival_predictions.ts";

/**
 * The Brier score under censoring (Graf et al. 1999): the mean over all patients of S(t)^2 / G(T) for those who died by
 * t and of (1 - S(t))^2 / G(t) for those alive, those censored before t counting 0.
 *
 * Divided by the number of patients, as by Graf and scikit-survival; pycox divides by the sum of the weights. A score
 * is null where G(t) is 0, that is where the last one followed was censored before t.
 *
 * @throws {InputError} If the predictions are not whole, or a time is outside of them.
 */
export function ipcwBrier(
  predictions: SurvivalPredictions,
  times: readonly number[],
  options: CensoringOptions = {},
): BrierScores {
  const { months, event } = checkPredictions(predictions);
  const weights = censoringWeights(predictions, options);
  const values = times.map((t) => {
    const weight = weights.at(t);
    let sum = 0;
    survivalOfAll(predictions, t).forEach((s, i) => {
      if (event[i] === 1 && months[i]! <= t) sum += s ** 2 * weights.own[i]!;
      else if (weights.isAlive(i, t)) sum += (1 - s) ** 2 * weight;
    });
    const score = sum / months.length;
    return Number.isFinite(weight) && Number.isFinite(score) ? score : null;
  });
  return { times, values, integrated: integrateScores(times, values) };
}
