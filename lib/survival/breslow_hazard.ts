import type { Outcomes } from "./outcomes.ts";

/** A cumulative hazard that rises at each time of death. */
export interface BaselineHazard {
  /** Months, increasing. */
  readonly months: Float64Array;
  /** From that time on, until the next. */
  readonly cumulative: Float64Array;
}

/**
 * Breslow's estimate (1972) of the cumulative hazard of a patient whose covariates are all 0: at each time of death, the
 * deaths divided by the sum of `exp(x . coefficients)` over those still at risk.
 */
export function breslowHazard(
  covariates: readonly Float64Array[],
  { months, event }: Outcomes,
  coefficients: Float64Array,
): BaselineHazard {
  const risks = covariates.map((row) => Math.exp(row.reduce((sum, x, k) => sum + x * coefficients[k]!, 0)));
  const times = [...new Set(risks.map((_, i) => i).filter((i) => event[i] === 1).map((i) => months[i]!))]
    .sort((a, b) => a - b);
  let sum = 0;
  const cumulative = times.map((time) => {
    const deaths = risks.filter((_, i) => event[i] === 1 && months[i] === time).length;
    const atRisk = risks.reduce((total, risk, i) => months[i]! >= time ? total + risk : total, 0);
    return sum += deaths / atRisk;
  });
  return { months: Float64Array.from(times), cumulative: Float64Array.from(cumulative) };
}
