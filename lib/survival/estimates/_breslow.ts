import type { Outcomes } from "../follow_up/predictions.ts";

/** A cumulative hazard that rises at each time of death. */
export interface BaselineHazard {
  /** Months, increasing. */
  readonly months: Float64Array;
  /** Cumulative hazard from that time until the next. */
  readonly cumulative: Float64Array;
}

/**
 * Breslow's estimate (1972) of the cumulative hazard of a patient whose covariates are all 0. At each time of death it
 * rises by the deaths divided by the sum of `exp(x . coefficients)` over the patients still at risk.
 */
export function breslowHazard(
  covariates: readonly ArrayLike<number>[],
  { months, event }: Outcomes,
  coefficients: Float64Array,
): BaselineHazard {
  const risks = covariates.map((row) => Math.exp(coefficients.reduce((sum, b, k) => sum + b * row[k]!, 0)));
  const latestFirst = risks.map((_, i) => i).sort((a, b) => months[b]! - months[a]!);
  const jumps: { readonly time: number; readonly by: number }[] = [];
  let atRisk = 0;
  for (let from = 0, to = 0; from < latestFirst.length; from = to) {
    const time = months[latestFirst[from]!]!;
    let deaths = 0;
    for (; to < latestFirst.length && months[latestFirst[to]!] === time; to++) {
      atRisk += risks[latestFirst[to]!]!;
      deaths += event[latestFirst[to]!]!;
    }
    if (deaths > 0) jumps.push({ time, by: deaths / atRisk });
  }
  jumps.reverse();
  let sum = 0;
  return {
    months: Float64Array.from(jumps, ({ time }) => time),
    cumulative: Float64Array.from(jumps, ({ by }) => sum += by),
  };
}
