import type { CoxModel } from "./cox.ts";

/**
 * A patient's survival curve, `S(t) = exp(-H0(t) exp((x - centre) . coefficients))`: the probability of outliving each of
 * the times. After the last death that the model saw, the curve stays where it is.
 *
 * @param covariates As the model was fitted to.
 * @param times Months.
 */
export function coxSurvival(
  { coefficients, centre, baseline }: CoxModel,
  covariates: ArrayLike<number>,
  times: readonly number[],
): Float64Array {
  const score = coefficients.reduce((sum, b, k) => sum + b * (covariates[k]! - centre[k]!), 0);
  return Float64Array.from(times, (time) => {
    const passed = baseline.months.findLastIndex((month) => month <= time);
    return Math.exp(-(passed === -1 ? 0 : baseline.cumulative[passed]!) * Math.exp(score));
  });
}
