import { InputError } from "@ctsurv/base/mod.ts";
import { checkPredictions, survivalOfAll, type SurvivalPredictions } from "../follow_up/predictions.ts";
import { type CensoringOptions, censoringWeights } from "./censoring_weights.ts";

/**
 * The mean of scores over time by the trapezoid rule, as in scikit-survival. (pycox takes Simpson's rule, from a
 * function that SciPy removed in 1.14.) Null where a score is null, or for fewer than two times.
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
 * The administrative Brier score (Kvamme & Borgan 2023, and pycox). It needs no model of the censoring:
 *
 *     BS(t) = mean over patients with a limit C >= t of (1[T > t] - S(t))^2
 *
 * The limit is the month up to which a patient was to be followed. As in pycox, a patient censored at exactly t counts
 * as alive, and one who died at t as dead.
 *
 * Without limits the score takes every patient whose state at t is known. That is right where follow-up ended at one
 * time for all. Where many patients are lost earlier it counts too many deaths; see `ipcwBrier` for those cohorts.
 *
 * @example
 * ```ts
 * import { administrativeBrier } from "@ctsurv/ctsurv/survival";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const predictions = {
 *   times: [12],
 *   survival: [[.3], [.6], [.5], [.9]],
 *   months: [5, 10, 15, 20],
 *   event: [1, 1, 0, 0],
 * };
 * const { values } = administrativeBrier(predictions, [12]);
 * assertAlmostEquals(values[0]!, (.3 ** 2 + .6 ** 2 + .5 ** 2 + .1 ** 2) / 4);
 * ```
 *
 * @param times Months.
 * @param options.limits [patients]: limits, not before the follow-up. Default: the months of the censored, Infinity for
 *   deaths.
 * @throws {InputError} If the predictions are not complete, a time is outside of them, or a limit is before the
 *   follow-up.
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

/** Brier scores by time: 0 is perfect, 0.25 that of predicting 0.5 for everybody. */
export interface BrierScores {
  /** Months. */
  readonly times: readonly number[];
  /** [times]: null where the score is undefined. */
  readonly values: readonly (number | null)[];
  /** Mean over the time from the first to the last; null where a value is null, or for fewer than two times. */
  readonly integrated: number | null;
}

/**
 * The Brier score under censoring (Graf et al. 1999):
 *
 *     BS(t) = 1 / n (sum over deaths by t of S(t)^2 / G(T) + sum over those alive at t of (1 - S(t))^2 / G(t))
 *
 * where G is the probability of not being censored, by Kaplan-Meier. Patients censored before t count 0. The sum is
 * divided by the number of patients, as by Graf and scikit-survival; pycox divides by the sum of the weights. A score
 * is null where G(t) is 0, that is, where the last patient in follow-up was censored before t.
 *
 * @example
 * ```ts
 * import { ipcwBrier } from "@ctsurv/ctsurv/survival";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const predictions = {
 *   times: [12],
 *   survival: [[.3], [.6], [.5], [.9]],
 *   months: [5, 8, 10, 20],
 *   event: [1, 0, 1, 0],
 * };
 * // The second patient was lost at 8 months: from there on G is 2/3, and the last two patients weigh 3/2.
 * const { values } = ipcwBrier(predictions, [12]);
 * assertAlmostEquals(values[0]!, (.3 ** 2 + 3 / 2 * .5 ** 2 + 3 / 2 * .1 ** 2) / 4);
 * ```
 *
 * @param times Months.
 * @throws {InputError} If the predictions are not complete, or a time is outside of them.
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
