import type { Outcomes } from "./outcomes.ts";

/** A patient's two covariates. */
export type TwoCovariates = readonly [number, number];

/** A fitted model: survival is exp(-cumulativeHazard(t) exp(covariates . coefficients)). */
export interface CoxModel {
  readonly coefficients: TwoCovariates;
  /** Of covariates 0; Breslow's estimate. */
  cumulativeHazard(t: number): number;
}

const iterations = 50;

/**
 * Cox regression on two covariates by Newton's method, deaths of one time after Efron (1977), as lifelines has it. Null
 * where it has no maximum, such as without deaths, with covariates that are multiples of each other, or with one that
 * orders all deaths.
 *
 * @param covariates [patients]; their scale should be about 1.
 */
export function coxTwoCovariates(outcomes: Outcomes, covariates: readonly TwoCovariates[]): CoxModel | null {
  const { months } = outcomes;
  const order = [...covariates.keys()].sort((a, b) => months[b]! - months[a]!);
  let coefficients: TwoCovariates = [0, 0];
  let current = likelihood(outcomes, covariates, order, coefficients);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const { gradient: [g, h], information: [a, b, d] } = current;
    const determinant = a * d - b * b;
    if (!(determinant > 1e-10 * a * d)) return null;
    let step: TwoCovariates = [(d * g - b * h) / determinant, (a * h - b * g) / determinant];
    const size = Math.max(Math.abs(step[0]), Math.abs(step[1]));
    if (size < 1e-11) return { coefficients, cumulativeHazard: breslow(outcomes, covariates, order, coefficients) };
    if (Math.max(Math.abs(coefficients[0]), Math.abs(coefficients[1])) > 30) return null;
    let next: TwoCovariates = coefficients, candidate = current;
    // Half as far while that is downhill, by more than rounding.
    for (let half = 0; half < 30; half++, step = [step[0] / 2, step[1] / 2]) {
      next = [coefficients[0] + step[0], coefficients[1] + step[1]];
      candidate = likelihood(outcomes, covariates, order, next);
      if (candidate.value >= current.value - 1e-9 * Math.abs(current.value)) break;
    }
    [coefficients, current] = [next, candidate];
  }
  return null;
}

interface Likelihood {
  /** Log partial likelihood. */
  readonly value: number;
  readonly gradient: TwoCovariates;
  /** [0, 0], [0, 1] and [1, 1] of the negative second derivatives. */
  readonly information: readonly [number, number, number];
}

/** Sums over patients of w, w x, w y, w x^2, w x y and w y^2, w being exp(x . coefficients). */
type Moments = Float64Array;

function addPatient(sums: Moments, [x, y]: TwoCovariates, weight: number): void {
  [1, x, y, x * x, x * y, y * y].forEach((power, k) => sums[k]! += weight * power);
}

function likelihood(
  { months, event }: Outcomes,
  covariates: readonly TwoCovariates[],
  order: readonly number[],
  [first, second]: TwoCovariates,
): Likelihood {
  const risk = new Float64Array(6);
  let value = 0, g = 0, h = 0, a = 0, b = 0, d = 0;
  for (let start = 0, stop; start < order.length; start = stop) {
    const t = months[order[start]!], dying = new Float64Array(6);
    let deaths = 0;
    for (stop = start; stop < order.length && months[order[stop]!] === t; stop++) {
      const i = order[stop]!, [x, y] = covariates[i]!;
      const score = x * first + y * second;
      addPatient(risk, [x, y], Math.exp(score));
      if (event[i] !== 1) continue;
      addPatient(dying, [x, y], Math.exp(score));
      deaths++;
      value += score;
      g += x;
      h += y;
    }
    for (let k = 0; k < deaths; k++) {
      const [w, x, y, xx, xy, yy] = risk.map((sum, m) => sum - k / deaths * dying[m]!) as unknown as number[];
      value -= Math.log(w!);
      g -= x! / w!;
      h -= y! / w!;
      a += xx! / w! - (x! / w!) ** 2;
      b += xy! / w! - x! * y! / w! ** 2;
      d += yy! / w! - (y! / w!) ** 2;
    }
  }
  return { value, gradient: [g, h], information: [a, b, d] };
}

function breslow(
  { months, event }: Outcomes,
  covariates: readonly TwoCovariates[],
  order: readonly number[],
  [first, second]: TwoCovariates,
): (t: number) => number {
  const jumps: { readonly at: number; readonly by: number }[] = [];
  let risk = 0;
  for (let start = 0, stop; start < order.length; start = stop) {
    const at = months[order[start]!]!;
    let deaths = 0;
    for (stop = start; stop < order.length && months[order[stop]!] === at; stop++) {
      const [x, y] = covariates[order[stop]!]!;
      risk += Math.exp(x * first + y * second);
      deaths += event[order[stop]!]!;
    }
    if (deaths > 0) jumps.push({ at, by: deaths / risk });
  }
  return (t) => jumps.reduce((sum, { at, by }) => at <= t ? sum + by : sum, 0);
}
