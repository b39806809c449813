import type { SurvivalPredictions } from "@ctsurv/survival/mod.ts";
import { lcg } from "./lcg.ts";

/**
 * A cohort of tests/oracles/random_cohort.py, full of ties where the seed is even, and until when each was followed.
 */
export interface RandomCohort extends SurvivalPredictions {
  readonly times: readonly number[];
  readonly months: readonly number[];
  readonly event: readonly number[];
  readonly survival: readonly (readonly number[])[];
  readonly limits: readonly number[];
}

export function randomCohort(seed: number): RandomCohort {
  const below = lcg(seed + 1000);
  const patients = 1 + below(40), columns = 2 + below(4);
  let t = 0;
  const times = Array.from({ length: columns }, () => t += 1 + below(4));
  const deaths = below(5);
  const isTied = seed % 2 === 0;
  const months: number[] = [], event: number[] = [], survival: number[][] = [], limits: number[] = [];
  for (let i = 0; i < patients; i++) {
    months.push(isTied ? (1 + below(2 * t + 2)) / 2 : (below((t + 2) * 1024) * 64 + i) / 65536);
    event.push(Number(below(4) < deaths));
    const levels = isTied ? 32 : 4096;
    survival.push(
      Array.from({ length: columns }, () => (1 + below(levels - 1)) / levels).sort((a, b) => b - a),
    );
    limits.push(months[i]! + event[i]! * below(8) / 2);
  }
  return { times, months, event, survival, limits };
}

/** The months at which the oracle evaluates a cohort. */
export function evaluationTimes({ times }: RandomCohort): number[] {
  const [first, last] = [times[0]!, times.at(-1)!];
  return [...new Set([first, (first + last) / 2 + .25, last].map((t) => Math.min(t, last)))].sort((a, b) => a - b);
}
