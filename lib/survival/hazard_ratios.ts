import type { CoxModel } from "./cox.ts";

/** By what factor one unit of a covariate multiplies the hazard, with its 95 % interval (Wald). */
export interface HazardRatio {
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

/** The 97.5 % quantile of the normal distribution. */
const z = 1.959963984540054;

/** `exp(b)` and `exp(b -+ 1.96 standard errors)` of each coefficient. */
export function hazardRatios({ coefficients, standardErrors }: CoxModel): HazardRatio[] {
  return Array.from(coefficients, (b, k) => ({
    ratio: Math.exp(b),
    low: Math.exp(b - z * standardErrors[k]!),
    high: Math.exp(b + z * standardErrors[k]!),
  }));
}
