import { kaplanMeier } from "../estimates/kaplan_meier.ts";
import { firstIndex, type Outcomes, stepAt } from "../follow_up/predictions.ts";

/** How inverse probability of censoring weights are computed. */
export interface CensoringOptions {
  /** The patients on whom the censoring is estimated. @default {those who are evaluated} */
  readonly censoring?: Outcomes;
  /**
   * Packages disagree on patients who are censored at exactly the time t of the score, or at which another dies:
   *
   * - `"before"`: a patient who is censored at t was alive at t. Deaths weigh 1 / G(T-). Those known to be alive at t,
   *   also the ones censored at t, weigh 1 / G(t-). A cohort that was followed for 24 months therefore has a value at
   *   24 months. pycox and Graf et al. (1999) take G(T-) too.
   * - `"at"`: scikit-survival. Deaths weigh 1 / G(T), those with T > t weigh 1 / G(t); a patient who is censored at t
   *   is left out.
   *
   * Both are the same where no patient is censored at the time of a death or of a score.
   *
   * @default {"before"}
   */
  readonly ties?: "before" | "at";
}

/** Inverse probability of censoring weights of patients; infinite where everybody was censored before. */
export interface CensoringWeights {
  /** [patients]: 1 / G at a patient's own time. */
  readonly own: Float64Array;
  /** 1 / G(t): the weight of the patients who are alive at `t`. */
  at(t: number): number;
  /** Whether patient `i` is known to be alive at `t`. */
  isAlive(i: number, t: number): boolean;
}

/**
 * Weights 1 / G, where G is the probability of not being censored, by Kaplan-Meier with deaths and censorings
 * exchanged. A patient who dies at the time of a censoring is no longer at risk of being censored, as in
 * scikit-survival. (In pycox they still are.)
 */
export function censoringWeights(
  outcomes: Outcomes,
  { censoring = outcomes, ties = "before" }: CensoringOptions = {},
): CensoringWeights {
  const { times, atRisk, deaths, censored } = kaplanMeier(censoring);
  let left = 1;
  const survival = times.map((_, k) => left *= censored[k] === 0 ? 1 : 1 - censored[k]! / (atRisk[k]! - deaths[k]!));
  const at = (t: number) => 1 / stepAt(times, survival, t, { side: ties });
  const { months, event } = outcomes;
  return {
    own: Float64Array.from(months, at),
    at,
    isAlive: (i, t) => months[i]! > t || (ties === "before" && months[i] === t && event[i] === 0),
  };
}

/** The estimates of censoring and survival on one sample. */
export interface WeightedCensoring {
  /** [patients]: 1 / G(T-) at a patient's own time; without meaning for patients who are not in the sample. */
  readonly own: Float64Array;
  /** [times]: 1 / G(t-). */
  readonly at: readonly number[];
  /** [times]: Kaplan-Meier's survival. */
  readonly survivalAt: readonly number[];
}

/**
 * `censoringWeights` and `kaplanMeier` at some times for samples of the patients. `count` says how often each patient
 * occurs in a sample. Patients are sorted once; a sample takes one pass over them.
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
