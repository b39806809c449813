import { kaplanMeier } from "./kaplan_meier.ts";
import type { Outcomes } from "./outcomes.ts";
import { stepAt } from "./step_at.ts";

export interface CensoringOptions {
  /** The patients on whom the censoring is estimated; default those who are evaluated. */
  readonly censoring?: Outcomes;
  /**
   * Where packages disagree on patients who are censored at just the time that is asked for, or at which another dies:
   *
   * - `"before"` (the default): one who is censored at t was alive at t. Deaths weigh 1 / G(T-), and those known to be
   *   alive at t, the ones censored at t among them, 1 / G(t-). So a cohort that was followed for 24 months has a value
   *   at 24 months. pycox, and Graf et al. (1999), have G(T-) too.
   * - `"at"`: scikit-survival. Deaths weigh 1 / G(T), those with T > t 1 / G(t); one who is censored at t is left out.
   *
   * Both are the same where no time of a censoring is a time of a death or one that is asked for.
   */
  readonly ties?: "before" | "at";
}

/** Inverse probability of censoring weights of patients; infinite where the censoring leaves nobody. */
export interface CensoringWeights {
  /** [patients]: 1 / G at a patient's own time. */
  readonly own: Float64Array;
  /** 1 / G(t), for those who are alive at `t`. */
  at(t: number): number;
  /** Whether patient `i` is known to be alive at `t`. */
  isAlive(i: number, t: number): boolean;
}

/**
 * G, the probability of not being censored, by Kaplan-Meier with deaths and censorings exchanged. Who dies at the time
 * of a censoring is no longer at risk of being censored (as in scikit-survival; pycox counts them in).
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
