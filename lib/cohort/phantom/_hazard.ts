import type { Random } from "@ctsurv/base/mod.ts";

/** The survival of phantom patients given their linear predictor x, which is about standard normal over patients. */
export interface Hazard {
  /** Probability of being alive at `months`. */
  survival(x: number, months: number): number;
  /** Months until death. */
  drawMonths(x: number, random: Random): number;
}

/** LUNG1's survival: median 547 days = 18 months, and 251 of 415 patients dead at 24 months. */
const median = { months: 18, alive: 0.5 };
const horizon = { months: 24, alive: 1 - 251 / 415 };

/**
 * Weibull proportional hazards, S(t | x) = exp(-exp(effect x) (t / scale)^shape). Scale and shape are such that the
 * cohort as a whole has LUNG1's survival at 18 and at 24 months, whatever the effect. So a cohort without signal
 * differs from one with signal in nothing but the signal.
 */
export function createHazard(effect: number): Hazard {
  const survival = (x: number, months: number, shape: number, scale: number) =>
    Math.exp(-Math.exp(effect * x) * (months / scale) ** shape);
  const alive = (months: number, shape: number, scale: number) => normalMean((x) => survival(x, months, shape, scale));
  const scaleFor = (shape: number) => bisect((scale) => alive(median.months, shape, scale) - median.alive, 1e-2, 1e4);
  // A larger shape makes the survival fall more steeply from its median.
  const shape = bisect((shape) => horizon.alive - alive(horizon.months, shape, scaleFor(shape)), 0.3, 10);
  const scale = scaleFor(shape);
  return {
    survival: (x, months) => survival(x, months, shape, scale),
    drawMonths: (x, random) => scale * (-Math.log(1 - random.uniform()) * Math.exp(-effect * x)) ** (1 / shape),
  };
}

/** Mean of f over the standard normal. The trapezoidal rule is exact to rounding for functions this smooth. */
function normalMean(f: (x: number) => number): number {
  let sum = 0, weights = 0;
  for (let x = -6; x <= 6; x += 0.1) {
    const weight = Math.exp(-x * x / 2);
    sum += weight * f(x);
    weights += weight;
  }
  return sum / weights;
}

/** The root of an increasing function between two positive bounds. */
function bisect(f: (value: number) => number, low: number, high: number): number {
  for (let step = 0; step < 60; step++) {
    const middle = Math.sqrt(low * high);
    if (f(middle) < 0) low = middle;
    else high = middle;
  }
  return Math.sqrt(low * high);
}
