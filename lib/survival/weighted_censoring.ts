import { firstIndex } from "./first_index.ts";
import type { Outcomes } from "./outcomes.ts";

/** What a sample says of censoring and survival. */
export interface WeightedCensoring {
  /** [patients]: 1 / G(T-) at a patient's own time; of those who are not in the sample, whatever it is. */
  readonly own: Float64Array;
  /** [times]: 1 / G(t-). */
  readonly at: readonly number[];
  /** [times]: Kaplan-Meier's survival. */
  readonly survivalAt: readonly number[];
}

/**
 * `censoringWeights` and `kaplanMeier` at some times, of samples in which each patient occurs so many times. Patients
 * are sorted once; a sample takes one pass over them.
 */
export function weightedCensoring(
  { months, event }: Outcomes,
  times: readonly number[],
): (count: Uint32Array) => WeightedCensoring {
  const order = Array.from(months, (_, i) => i).sort((a, b) => months[a]! - months[b]!);
  const clock = order.map((i) => months[i]!);
  // Where the patients of each month begin, and after the last.
  const starts = clock.flatMap((t, k) => k === 0 || t !== clock[k - 1] ? [k] : []).concat(clock.length);
  const groups = starts.length - 1;
  const before = times.map((t) => firstIndex(groups, (k) => clock[starts[k]!]! >= t));
  const after = times.map((t) => firstIndex(groups, (k) => clock[starts[k]!]! > t));
  const [free, alive] = [new Float64Array(groups + 1), new Float64Array(groups + 1)];
  const own = new Float64Array(clock.length);
  return (count) => {
    free[0] = alive[0] = 1;
    let atRisk = count.reduce((sum, drawn) => sum + drawn, 0);
    for (let k = 0; k < groups; k++) {
      let deaths = 0, censored = 0;
      for (let p = starts[k]!; p < starts[k + 1]!; p++) {
        const i = order[p]!;
        own[i] = 1 / free[k]!;
        if (event[i] === 1) deaths += count[i]!;
        else censored += count[i]!;
      }
      alive[k + 1] = deaths === 0 ? alive[k]! : alive[k]! * (1 - deaths / atRisk);
      free[k + 1] = censored === 0 ? free[k]! : free[k]! * (1 - censored / (atRisk - deaths));
      atRisk -= deaths + censored;
    }
    return { own, at: before.map((k) => 1 / free[k]!), survivalAt: after.map((k) => alive[k]!) };
  };
}
