/** log Gamma(a) for a = 1/2, 1, 3/2, ..., by its recurrence. */
function logGamma(a: number): number {
  const isWhole = Number.isInteger(a);
  let sum = isWhole ? 0 : Math.log(Math.PI) / 2;
  for (let k = isWhole ? 1 : .5; k < a; k++) sum += Math.log(k);
  return sum;
}

/**
 * P(X > x) of a chi-square distribution: the regularised incomplete gamma function Q(df / 2, x / 2). Below the mean it
 * sums the series, above it the continued fraction (Lentz), as in Numerical Recipes 6.2. About 14 digits are right, in
 * the far tail too. NaN for NaN and for no degrees of freedom.
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

/**
 * The lower triangle L of a symmetric positive definite matrix, `L L^T = matrix`.
 *
 * @returns L; or, for a matrix that is not positive definite, the first row that depends on the rows before it.
 */
export function cholesky(
  matrix: readonly Float64Array[],
): { readonly factor: Float64Array[] } | { readonly dependent: number } {
  const factor = matrix.map(() => new Float64Array(matrix.length));
  for (let i = 0; i < matrix.length; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i]![j]!;
      for (let k = 0; k < j; k++) rest -= factor[i]![k]! * factor[j]![k]!;
      if (i !== j) factor[i]![j] = rest / factor[j]![j]!;
      // What is left of a dependent row is rounding.
      else if (!(rest > 1e-10 * matrix[i]![i]!)) return { dependent: i };
      else factor[i]![i] = Math.sqrt(rest);
    }
  }
  return { factor };
}

/** Solves `L L^T x = b`. */
export function solveCholesky(factor: readonly Float64Array[], b: ArrayLike<number>): Float64Array {
  const x = Float64Array.from(b);
  for (let i = 0; i < x.length; i++) {
    for (let k = 0; k < i; k++) x[i]! -= factor[i]![k]! * x[k]!;
    x[i]! /= factor[i]![i]!;
  }
  for (let i = x.length - 1; i >= 0; i--) {
    for (let k = i + 1; k < x.length; k++) x[i]! -= factor[k]![i]! * x[k]!;
    x[i]! /= factor[i]![i]!;
  }
  return x;
}

/**
 * P(|T| > |t|) of Student's distribution with whole degrees of freedom v: the two-sided p-value of a t-test. This is
 * the regularised incomplete beta function I_x(v / 2, 1 / 2) at x = v / (v + t^2). It is computed by its continued
 * fraction (Lentz; Numerical Recipes 6.4). NaN for NaN and for no degrees of freedom.
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

/**
 * The z that a standard normal variable exceeds in absolute value with this probability, by halving an interval around
 * the root of {@linkcode chiSquareTail}. About 15 digits are right.
 */
export function twoSidedNormal(probability: number): number {
  let low = 0, high = 40;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (chiSquareTail(middle * middle, 1) > probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The quantile of the standard normal distribution; NaN for what is no probability between 0 and 1. */
export function normalQuantile(probability: number): number {
  if (!(probability > 0 && probability < 1)) return NaN;
  const z = twoSidedNormal(2 * Math.min(probability, 1 - probability));
  return probability < .5 ? -z : z;
}

/** The sum of the products of two vectors. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** The 97.5 % quantile of the normal distribution: half of a 95 % interval, in standard errors. */
export const NORMAL_95 = 1.959963984540054;
