import { InputError } from "@ctsurv/common/mod.ts";
import { type CoxModel, type CoxPatients, fitCox } from "./cox.ts";
import { coxSurvival } from "./cox_survival.ts";
import { quantile } from "./quantile.ts";
import { survivalOfAll } from "./survival_at.ts";
import { checkPredictions, type SurvivalPredictions } from "./survival_predictions.ts";

export interface CalibrationIndex {
  /** Months. */
  readonly time: number;
  /** Mean over patients of |predicted - smoothed observed| survival: the integrated calibration index. */
  readonly ici: number;
  /** Their median and 90th percentile. */
  readonly e50: number;
  readonly e90: number;
  /** [patients]: observed survival at the patient's prediction, by the smoother; with the predictions, the curve. */
  readonly observed: Float64Array;
}

/** Predictions of 0 and 1 have no log(-log S); lifelines keeps them as far away. */
const margin = 1e-10;

/**
 * The integrated calibration index (Austin, Harrell & van Klaveren 2020): observed survival at `time` is smoothed over
 * the predictions by Cox regression on log(-log S), as a restricted cubic spline with knots at its 10th, 50th and 90th
 * percentiles (Harrell), on the whole follow-up.
 *
 * lifelines' `survival_probability_calibration` has the same index with another smoother, a parametric baseline of
 * three knots and the prediction as a straight line, so its numbers differ.
 *
 * @returns Null where there is nothing to smooth: without deaths, after the last follow-up, with fewer than three
 *   different knots, or where the regression has no maximum.
 * @throws {InputError} If the predictions are not whole, or the time is outside of them.
 */
export function calibrationIndex(predictions: SurvivalPredictions, time: number): CalibrationIndex | null {
  const { months } = checkPredictions(predictions);
  const survival = survivalOfAll(predictions, time);
  if (!Array.from(months).some((t) => t >= time)) return null;
  const x = survival.map((s) => Math.log(-Math.log(Math.min(Math.max(s, margin), 1 - margin))));
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

/** Null where the regression has nothing to tell: here, that is not for the user to mend. */
function fitOrNull(patients: CoxPatients): CoxModel | null {
  try {
    return fitCox(patients);
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}
