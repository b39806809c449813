import { InputError } from "@ctsurv/common/mod.ts";
import type { BrierScores } from "./brier_scores.ts";
import { integrateScores } from "./integrate_scores.ts";
import { survivalOfAll } from "./survival_at.ts";
import { checkPredictions, type SurvivalPredictions } from "./survival_predictions.ts";

/**
 * The administrative Brier score (Kvamme & Borgan 2023, and pycox): the plain mean of (1[T >= t] - S(t))^2 over those
 * whose follow-up was to last to t, that is with a limit C >= t. Needs no model of the censoring. As in pycox, one with
 * T = t counts as alive unless it is a death.
 *
 * @param options.limits [patients]: the month up to which each was to be followed; a death's may be later than the
 *   death. Default: of the censored, when they were; of deaths, none. That compares whoever's state at t is known,
 *   which is right where follow-up ended for all at one time, and counts too many deaths where many are lost earlier:
 *   then see `ipcwBrier`.
 * @throws {InputError} If the predictions are not whole, a time is outside of them, or a limit is before the follow-up.
 */
export function administrativeBrier(
  predictions: SurvivalPredictions,
  times: readonly number[],
  { limits }: { readonly limits?: ArrayLike<number> } = {},
): BrierScores {
  const { months, event } = checkPredictions(predictions);
  const limit = Float64Array.from(months, (t, i) => limits ? limits[i] ?? NaN : event[i] === 1 ? Infinity : t);
  limit.forEach((c, i) => {
    if (!(event[i] === 1 ? c >= months[i]! : c === months[i])) {
      throw new InputError(
        `Patient ${i + 1} of ${limit.length}: was to be followed for ${c} months, but was for ${months[i]}`,
      );
    }
  });
  const values = times.map((t) => {
    let sum = 0, followed = 0;
    survivalOfAll(predictions, t).forEach((s, i) => {
      if (limit[i]! < t) return;
      followed++;
      sum += (event[i] === 1 && months[i]! <= t ? s : 1 - s) ** 2;
    });
    return followed === 0 ? null : sum / followed;
  });
  return { times, values, integrated: integrateScores(times, values) };
}
