import { logGamma } from "./log_gamma.ts";

/**
 * P(X > x) of a chi-square distribution, which is the regularised incomplete gamma function Q(df / 2, x / 2): its
 * series below the mean, its continued fraction (Lentz) above, as in Numerical Recipes 6.2; about 14 digits, in the far
 * tail too. NaN for NaN and for no degrees of freedom.
 */
export function chiSquareTail(x: number, degreesOfFreedom: number): number {
  if (Number.isNaN(x) || !(degreesOfFreedom > 0)) return NaN;
  if (x <= 0) return 1;
  if (x === Infinity) return 0;
  const a = degreesOfFreedom / 2, half = x / 2;
  const front = Math.exp(a * Math.log(half) - half - logGamma(a));
  return half < a + 1 ? 1 - front * series(a, half) : front * continuedFraction(a, half);
}

function series(a: number, x: number): number {
  let term = 1 / a, sum = term;
  for (let n = 1; term > sum * Number.EPSILON / 4; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

function continuedFraction(a: number, x: number): number {
  let b = x + 1 - a, c = Infinity, d = 1 / b, value = d, factor = 0;
  for (let n = 1; Math.abs(factor - 1) > Number.EPSILON; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    factor = c * d;
    value *= factor;
  }
  return value;
}
