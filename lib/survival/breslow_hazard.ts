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
