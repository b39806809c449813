import type { Outcomes } from "../follow_up/predictions.ts";

/** The logarithm of Cox's partial likelihood and its derivatives. */
export interface CoxLikelihood {
  readonly value: number;
  /** By each coefficient. */
  readonly gradient: Float64Array;
  /** Minus the second derivatives, [coefficients, coefficients]. */
  readonly information: readonly Float64Array[];
}

/** Sums over patients of risk, risk times covariates, and risk times their products. */
interface RiskSums {
  risk: number;
  readonly first: Float64Array;
  readonly second: Float64Array[];
}

/**
 * Cox's log partial likelihood with Efron's treatment of d deaths at the same time (Efron 1977): the l-th of them, from
 * 0, meets a risk set without l / d of their own risk.
 *
 * @param covariates [patients, coefficients]
 */
export function coxLikelihood(
  covariates: readonly Float64Array[],
  { months, event }: Outcomes,
  coefficients: Float64Array,
): CoxLikelihood {
  const p = coefficients.length;
  const scores = covariates.map((row) => row.reduce((sum, x, k) => sum + x * coefficients[k]!, 0));
  // exp() of differences only: a common factor of all risks cancels.
  const highest = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  const latestFirst = covariates.map((_, i) => i).sort((a, b) => months[b]! - months[a]!);
  const atRisk = emptySums(p);
  const gradient = new Float64Array(p);
  const information = square(p);
  let value = 0;
  for (let from = 0, to = 0; from < latestFirst.length; from = to) {
    const time = months[latestFirst[from]!]!;
    while (to < latestFirst.length && months[latestFirst[to]!] === time) to++;
    const dying = emptySums(p);
    const dead = latestFirst.slice(from, to).filter((i) => event[i] === 1);
    for (const i of latestFirst.slice(from, to)) {
      add(atRisk, covariates[i]!, Math.exp(scores[i]! - highest));
    }
    for (const i of dead) {
      add(dying, covariates[i]!, Math.exp(scores[i]! - highest));
      value += scores[i]! - highest;
      covariates[i]!.forEach((x, k) => gradient[k]! += x);
    }
    dead.forEach((_, l) => {
      const gone = l / dead.length;
      const risk = atRisk.risk - gone * dying.risk;
      const mean = atRisk.first.map((sum, k) => (sum - gone * dying.first[k]!) / risk);
      value -= Math.log(risk);
      for (let k = 0; k < p; k++) {
        gradient[k]! -= mean[k]!;
        for (let m = 0; m < p; m++) {
          const product = (atRisk.second[k]![m]! - gone * dying.second[k]![m]!) / risk;
          information[k]![m]! += product - mean[k]! * mean[m]!;
        }
      }
    });
  }
  return { value, gradient, information };
}

/**
 * The same where patients are compared within strata only: the sum over the strata.
 *
 * @param strata [patients]; undefined for one stratum.
 */
export function stratifiedLikelihood(
  covariates: readonly Float64Array[],
  { months, event }: Outcomes,
  coefficients: Float64Array,
  strata: ArrayLike<number> | undefined,
): CoxLikelihood {
  if (!strata) return coxLikelihood(covariates, { months, event }, coefficients);
  const parts = [...Map.groupBy(covariates.keys(), (i) => strata[i]!).values()].map((members) => {
    const outcomes = { months: members.map((i) => months[i]!), event: members.map((i) => event[i]!) };
    return coxLikelihood(members.map((i) => covariates[i]!), outcomes, coefficients);
  });
  const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
  return {
    value: total(parts.map(({ value }) => value)),
    gradient: coefficients.map((_, k) => total(parts.map(({ gradient }) => gradient[k]!))),
    information: Array.from(
      coefficients,
      (_, k) => coefficients.map((_, m) => total(parts.map(({ information }) => information[k]![m]!))),
    ),
  };
}

function add(sums: RiskSums, row: Float64Array, risk: number): void {
  sums.risk += risk;
  for (let k = 0; k < row.length; k++) {
    sums.first[k]! += risk * row[k]!;
    for (let m = 0; m < row.length; m++) sums.second[k]![m]! += risk * row[k]! * row[m]!;
  }
}

function emptySums(p: number): RiskSums {
  return { risk: 0, first: new Float64Array(p), second: square(p) };
}

function square(p: number): Float64Array[] {
  return Array.from({ length: p }, () => new Float64Array(p));
}
