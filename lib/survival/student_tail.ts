import { logGamma } from "./log_gamma.ts";

/**
 * P(|T| > |t|) of Student's distribution with whole degrees of freedom v: the two-sided p-value of a t-test. It is the
 * regularised incomplete beta function I_x(v / 2, 1 / 2) at x = v / (v + t^2), by its continued fraction (Lentz;
 * Numerical Recipes 6.4). NaN for NaN and for no degrees of freedom.
 */
export function studentTail(t: number, degreesOfFreedom: number): number {
  if (Number.isNaN(t) || !(degreesOfFreedom > 0)) return NaN;
  if (t === 0) return 1;
  if (Math.abs(t) === Infinity) return 0;
  const a = degreesOfFreedom / 2, square = t * t;
  const x = degreesOfFreedom / (degreesOfFreedom + square), rest = square / (degreesOfFreedom + square);
  const logBeta = logGamma(a) + logGamma(.5) - logGamma(a + .5);
  const front = Math.exp(a * Math.log(x) + Math.log(rest) / 2 - logBeta);
  return x < (a + 1) / (a + 2.5) ? front * betaFraction(a, .5, x) / a : 1 - front * betaFraction(.5, a, rest) / .5;
}

function betaFraction(a: number, b: number, x: number): number {
  let c = 1, d = 1 / (1 - (a + b) * x / (a + 1)), value = d, factor = 0;
  for (let m = 1; Math.abs(factor - 1) > Number.EPSILON; m++) {
    const even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    value *= d * c;
    const odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    factor = d * c;
    value *= factor;
  }
  return value;
}
