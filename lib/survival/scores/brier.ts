import { InputError } from "@ctsurv/base/mod.ts";
import { checkPredictions, survivalOfAll, type SurvivalPredictions } from "../follow_up/predictions.ts";
import { type CensoringOptions, censoringWeights } from "./censoring_weights.ts";

/**
 * The mean of scores over time by the trapezoid rule, as in scikit-survival. (pycox has Simpson's rule, by a function
 * that SciPy removed in 1.14.) Null where a score is, or for fewer than two times.
 */
export function integrateScores(times: readonly number[], scores: readonly (number | null)[]): number | null {
  if (times.length < 2) return null;
  let sum = 0;
  for (let k = 1; k < times.length; k++) {
    const [before, now] = [scores[k - 1]!, scores[k]!];
    if (before === null || now === null) return null;
    sum += (times[k]! - times[k - 1]!) * (before + now) / 2;
  }
  return sum / (times.at(-1)! - times[0]!);
}

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
        `Patient ${i + 1} of ${limit.length}: the follow-up limit is ${c} months, but the follow-up is ${months[i]}`,
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

/** Brier scores by time: 0 is perfect, 0.25 a coin. */
export interface BrierScores {
  /** Months. */
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
  /** Mean over the time from the first to the last; null where a value is, or for fewer than two times. */
  readonly integrated: number | null;
}

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
