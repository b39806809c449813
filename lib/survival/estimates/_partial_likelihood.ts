import type { Outcomes } from "../follow_up/predictions.ts";

/** Cox's log partial likelihood as a function of the patients' scores, at one point. */
export interface ScoreLikelihood {
  readonly value: number;
  /** [patients]: the derivative by each score (the martingale residuals). */
  readonly gradient: Float64Array;
  /** Minus the matrix of second derivatives, times a vector. It takes as many steps as there are patients. */
  readonly informationTimes: (vector: Float64Array) => Float64Array;
}

/**
 * Cox's log partial likelihood with Breslow's treatment of ties (Breslow 1974), as glmnet and scikit-survival's
 * `CoxnetSurvivalAnalysis` have it. All d deaths of one time meet the same risk set:
 *
 *     sum over deaths of s_i - log(sum over j with T_j >= T_i of exp(s_j))
 *
 * The sums over risk sets are running sums, so that the matrix of second derivatives is never built.
 */
export function scoreLikelihood({ months, event }: Outcomes): (scores: ArrayLike<number>) => ScoreLikelihood {
  const count = months.length;
  const order = Int32Array.from({ length: count }, (_, i) => i).sort((a, b) => months[a]! - months[b]!);
  // [patients in order]: the first of those with the same time.
  const first = new Int32Array(count);
  const deaths = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    const isTied = k > 0 && months[order[k]!] === months[order[k - 1]!];
    first[k] = isTied ? first[k - 1]! : k;
    deaths[first[k]!]! += event[order[k]!]!;
  }

  /** [patients in order]: for the first of each time, the sum over all who are followed until then. */
  const fromThenOn = (values: Float64Array) => {
    const sums = new Float64Array(count);
    for (let k = count - 1, sum = 0; k >= 0; k--) sums[k] = sum += values[k]!;
    return sums;
  };
  /** [patients in order]: the sum of an amount per time, up to the patient's own. */
  const untilThen = (amount: (k: number) => number) => {
    const sums = new Float64Array(count);
    for (let k = 0, sum = 0; k < count; k++) {
      if (first[k] === k && deaths[k]! > 0) sum += amount(k);
      sums[k] = sum;
    }
    return sums;
  };

  return (scores) => {
    // exp() of differences only: a common factor of all risks cancels.
    let highest = -Infinity;
    for (let i = 0; i < count; i++) highest = Math.max(highest, scores[i]!);
    const risk = Float64Array.from(order, (i) => Math.exp(scores[i]! - highest));
    const atRisk = fromThenOn(risk);
    const hazard = untilThen((k) => deaths[k]! / atRisk[k]!);
    const gradient = new Float64Array(count);
    let value = 0;
    for (let k = 0; k < count; k++) {
      const i = order[k]!;
      gradient[i] = event[i]! - risk[k]! * hazard[k]!;
      if (event[i] === 1) value += scores[i]! - highest;
      if (first[k] === k && deaths[k]! > 0) value -= deaths[k]! * Math.log(atRisk[k]!);
    }
    return {
      value,
      gradient,
      informationTimes(vector) {
        const weighted = Float64Array.from(order, (i, k) => risk[k]! * vector[i]!);
        const later = fromThenOn(weighted);
        const shared = untilThen((k) => deaths[k]! * later[k]! / atRisk[k]! ** 2);
        const product = new Float64Array(count);
        for (let k = 0; k < count; k++) product[order[k]!] = weighted[k]! * hazard[k]! - risk[k]! * shared[k]!;
        return product;
      },
    };
  };
}
