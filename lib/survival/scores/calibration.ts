import { InputError, quantile } from "@ctsurv/base/mod.ts";
import { type CoxModel, type CoxPatients, coxSurvival, fitCox } from "../estimates/cox.ts";
import { kaplanMeier, kaplanMeierAt } from "../estimates/kaplan_meier.ts";
import { checkPredictions, survivalOfAll, type SurvivalPredictions } from "../follow_up/predictions.ts";
import { quantileGroups } from "./_quantile_groups.ts";

/** Patients of similar predicted survival. */
export interface CalibrationGroup {
  /** Number of patients. */
  readonly patients: number;
  /** Mean of the predicted survival. */
  readonly predicted: number;
  /** Kaplan-Meier's survival; null where the last patient of the group was censored before. */
  readonly observed: number | null;
  /** Lower end of its log-log 95 % interval; null where it is undefined. */
  readonly low: number | null;
  /** Upper end of its log-log 95 % interval; null where it is undefined. */
  readonly high: number | null;
}

/** Predicted against observed survival, group by group. */
export interface CalibrationCurve {
  /** Months. */
  readonly time: number;
  /** In order of predicted survival, the lowest first. */
  readonly groups: readonly CalibrationGroup[];
  /** Mean over patients of |predicted - observed| of their group; null where a group has no observed survival. */
  readonly groupedError: number | null;
}

/**
 * Predicted against observed survival at one time, in groups by quantiles of the prediction: the classic calibration
 * plot, without smoothing, as by `groupkm` of R's rms. Patients with the same prediction are in one group, so there may
 * be fewer groups than asked for.
 *
 * @example
 * ```ts
 * import { calibrationCurve } from "@ctsurv/ctsurv/survival";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const predictions = {
 *   times: [12],
 *   survival: [[.3], [.5], [.6], [.9]],
 *   months: [5, 15, 10, 20],
 *   event: [1, 0, 1, 0],
 * };
 * const { groups, groupedError } = calibrationCurve(predictions, 12, { groups: 2 });
 * assertEquals(groups.map(({ predicted, observed }) => [predicted, observed]), [[.4, .5], [.75, .5]]);
 * assertAlmostEquals(groupedError!, (.1 + .25) / 2);
 * ```
 *
 * @param time Months.
 * @param options.groups Number of groups. @default {10, deciles}
 * @throws {InputError} If the predictions are not complete, the time is outside of them, or groups is no whole number
 *   from 1.
 */
export function calibrationCurve(
  predictions: SurvivalPredictions,
  time: number,
  { groups: wanted = 10 }: { readonly groups?: number } = {},
): CalibrationCurve {
  if (!(Number.isInteger(wanted) && wanted > 0)) {
    throw new InputError(`A calibration curve needs a whole number of groups, not ${wanted}`);
  }
  const { months, event } = checkPredictions(predictions);
  const survival = survivalOfAll(predictions, time);
  const patients = survival.length;
  const groups = quantileGroups(survival, wanted).map((group): CalibrationGroup => {
    const curve = kaplanMeier({ months: group.map((i) => months[i]!), event: group.map((i) => event[i]!) });
    const estimate = kaplanMeierAt(curve, time);
    return {
      patients: group.length,
      predicted: group.reduce((sum, i) => sum + survival[i]!, 0) / group.length,
      observed: estimate?.survival ?? null,
      low: estimate?.low ?? null,
      high: estimate?.high ?? null,
    };
  });
  let error: number | null = groups.length === 0 ? null : 0;
  for (const { patients: share, predicted, observed } of groups) {
    error = error === null || observed === null ? null : error + share / patients * Math.abs(predicted - observed);
  }
  return { time, groups, groupedError: error };
}

/** The integrated calibration index and the smooth calibration curve behind it. */
export interface CalibrationIndex {
  /** Months. */
  readonly time: number;
  /** Mean over patients of |predicted - smoothed observed| survival: the integrated calibration index. */
  readonly ici: number;
  /** Median of these differences. */
  readonly e50: number;
  /** Their 90th percentile. */
  readonly e90: number;
  /** [patients]: smoothed observed survival at each patient's prediction; against the predictions, the curve. */
  readonly observed: Float64Array;
}

/** Predictions of 0 and 1 have no log(-log S); they are kept this far away, as in lifelines. */
const MARGIN = 1e-10;

/**
 * The integrated calibration index (Austin, Harrell & van Klaveren 2020):
 *
 *     ICI = mean over patients of |S(t) - observed survival at t among patients with that prediction|
 *
 * Cox regression on log(-log S(t)), on the whole follow-up, smooths the observed survival over the predictions. The
 * covariate is a restricted cubic spline with knots at its 10th, 50th and 90th percentiles (Harrell).
 *
 * `survival_probability_calibration` of lifelines computes the same index with another smoother (a parametric baseline
 * of three knots, the prediction as a straight line), so its numbers differ.
 *
 * @example
 * ```ts
 * import { calibrationIndex } from "@ctsurv/ctsurv/survival";
 * import { assert } from "@std/assert";
 *
 * // Exponential survival with hazards from 0.02 to 0.1 a month; deaths at the quantiles of the true distribution.
 * const patients = Array.from({ length: 200 }, (_, i) => ({ hazard: .02 + .02 * (i % 5), quantile: (i + .5) / 200 }));
 * const months = patients.map(({ hazard, quantile }) => -Math.log(1 - quantile) / hazard);
 * const followUp = { times: [12], months, event: months.map(() => 1) };
 * const truth = patients.map(({ hazard }) => [Math.exp(-12 * hazard)]);
 * const optimistic = truth.map(([s]) => [(s! + 1) / 2]);
 * assert(calibrationIndex({ ...followUp, survival: truth }, 12)!.ici < .02);
 * assert(calibrationIndex({ ...followUp, survival: optimistic }, 12)!.ici > .2);
 * ```
 *
 * @param time Months.
 * @returns Null where there is nothing to smooth: without deaths, after the last follow-up, with fewer than three
 *   different knots, or where the regression has no maximum.
 * @throws {InputError} If the predictions are not complete, or the time is outside of them.
 */
export function calibrationIndex(predictions: SurvivalPredictions, time: number): CalibrationIndex | null {
  const { months } = checkPredictions(predictions);
  const survival = survivalOfAll(predictions, time);
  if (!Array.from(months).some((t) => t >= time)) return null;
  const x = survival.map((s) => Math.log(-Math.log(Math.min(Math.max(s, MARGIN), 1 - MARGIN))));
  const sorted = Array.from(x).sort((a, b) => a - b);
  const knots = [.1, .5, .9].map((q) => quantile(sorted, q)) as [number, number, number];
  if (!(knots[0] < knots[1] && knots[1] < knots[2])) return null;
  const range = knots[2] - knots[0];
  const covariates = Array.from(x, (value) => [(value - knots[1]) / range, splineTerm(value, knots) / range]);
  const model = fitOrNull({ ...predictions, covariates });
  if (model === null) return null;
  const observed = Float64Array.from(covariates, (terms) => coxSurvival(model, terms, [time])[0]!);
  const errors = Array.from(observed, (value, i) => Math.abs(survival[i]! - value)).sort((a, b) => a - b);
  const ici = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  return { time, ici, e50: quantile(errors, .5), e90: quantile(errors, .9), observed };
}

/** The term of a restricted cubic spline that is not linear: cubic between the outer knots, linear beyond. */
function splineTerm(x: number, [low, middle, high]: readonly [number, number, number]): number {
  const cube = (knot: number) => Math.max(0, x - knot) ** 3;
  const bent = cube(low) - cube(middle) * (high - low) / (high - middle) +
    cube(high) * (middle - low) / (high - middle);
  return bent / (high - low) ** 2;
}

/** Null where the regression fails: there is then no index, and nothing that the user could correct. */
function fitOrNull(patients: CoxPatients): CoxModel | null {
  try {
    return fitCox(patients);
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}
