import { checkPredictions, type Outcomes, survivalOfAll, type SurvivalPredictions } from "../follow_up/predictions.ts";
import { atRisk, kaplanMeier, kaplanMeierAt } from "./kaplan_meier.ts";
import { type LogRank, logRank } from "./log_rank.ts";

/** The follow-up of the patients on either side of the median of their predicted survival. */
export interface RiskSplit {
  /** Median of the predicted survival probabilities. */
  readonly median: number;
  /** Patients whose predicted survival is below the median; nobody if half of them share the lowest prediction. */
  readonly highRisk: Outcomes;
  /** All others, with those at the median. */
  readonly lowRisk: Outcomes;
}

/**
 * Splits patients at the median of their predicted survival at `time` months.
 *
 * @example
 * ```ts
 * import { splitAtMedian } from "@ctsurv/ctsurv/survival";
 * import { assertEquals } from "@std/assert";
 *
 * const predictions = {
 *   times: [24],
 *   survival: [[.1], [.4], [.3], [.8]],
 *   months: [5, 10, 15, 20],
 *   event: [1, 1, 0, 0],
 * };
 * const { highRisk, lowRisk } = splitAtMedian(predictions, 24);
 * assertEquals(highRisk, { months: [5, 15], event: [1, 0] });
 * assertEquals(lowRisk, { months: [10, 20], event: [1, 0] });
 * ```
 *
 * @throws {InputError} If the predictions are not complete, or the time is outside of them.
 */
export function splitAtMedian(predictions: SurvivalPredictions, time: number): RiskSplit {
  const { months, event } = checkPredictions(predictions);
  const survival = survivalOfAll(predictions, time);
  const sorted = survival.slice().sort();
  const half = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
  const side = (isLow: boolean) => {
    const members = [...survival.keys()].filter((i) => (survival[i]! < median) === isLow);
    return { months: members.map((i) => months[i]!), event: members.map((i) => event[i]!) };
  };
  return { median, highRisk: side(true), lowRisk: side(false) };
}

/** Patients on one side of the median. */
export interface RiskGroup {
  /** Number of patients. */
  readonly patients: number;
  /** How many of them died, at any time. */
  readonly deaths: number;
  /** Kaplan-Meier's survival at the time of the split; null where the group's last follow-up ended before. */
  readonly survival: number | null;
  /** Lower end of its 95 % interval; null where survival is 0 or unknown. */
  readonly low: number | null;
  /** Upper end of its 95 % interval; null where survival is 0 or unknown. */
  readonly high: number | null;
  /** Under observation at each of the times asked for. */
  readonly atRisk: readonly number[];
}

/** Patients at high and at low predicted risk, and the test between them. */
export interface RiskGroups {
  /** Months at which the prediction was read. */
  readonly time: number;
  /** The median predicted survival. */
  readonly median: number;
  /** Patients below the median. */
  readonly highRisk: RiskGroup;
  /** All others. */
  readonly lowRisk: RiskGroup;
  /** Log-rank test of the two groups, on the whole follow-up. */
  readonly logRank: LogRank;
}

/**
 * Splits patients at the median of their predicted survival at `time` months and compares the follow-up of both halves
 * by Kaplan-Meier and `logRank`. This is the usual figure of curves by risk. Null where nobody is below the median.
 *
 * The test is fair only for patients on whom the model was not trained. On pooled folds it is a test of several models.
 *
 * @example
 * ```ts
 * import { riskGroups } from "@ctsurv/ctsurv/survival";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const predictions = {
 *   times: [24],
 *   survival: [.1, .2, .3, .6, .7, .8].map((s) => [s]),
 *   months: [5, 8, 10, 12, 20, 24],
 *   event: [1, 1, 1, 1, 0, 0],
 * };
 * const { highRisk, lowRisk, logRank } = riskGroups(predictions, 24, { times: [0, 12] })!;
 * assertEquals([highRisk.deaths, highRisk.atRisk], [3, [3, 0]]);
 * assertEquals([lowRisk.deaths, lowRisk.atRisk], [1, [3, 3]]);
 * assertAlmostEquals(logRank.p, .0246, 1e-4);
 * ```
 *
 * @param options.times Months of the at-risk counts.
 * @throws {InputError} If the predictions are not complete, or the time is outside of them.
 */
export function riskGroups(
  predictions: SurvivalPredictions,
  time: number,
  { times = [] }: { readonly times?: readonly number[] } = {},
): RiskGroups | null {
  const { median, highRisk, lowRisk } = splitAtMedian(predictions, time);
  if (highRisk.months.length === 0) return null;
  const describe = (group: Outcomes): RiskGroup => {
    const estimate = kaplanMeierAt(kaplanMeier(group), time);
    return {
      patients: group.months.length,
      deaths: Array.from(group.event).reduce((sum, one) => sum + one, 0),
      survival: estimate?.survival ?? null,
      low: estimate?.low ?? null,
      high: estimate?.high ?? null,
      atRisk: atRisk(group, times),
    };
  };
  return {
    time,
    median,
    highRisk: describe(highRisk),
    lowRisk: describe(lowRisk),
    logRank: logRank([highRisk, lowRisk]),
  };
}
