import {
  checkPredictions,
  type Outcomes,
  stepAt,
  survivalOfAll,
  type SurvivalPredictions,
} from "../follow_up/predictions.ts";
import { atRisk, type KaplanMeier, kaplanMeier } from "./kaplan_meier.ts";
import { type LogRank, logRank } from "./log_rank.ts";

/** What happened to the patients on either side of the median of their predicted survival. */
export interface RiskSplit {
  readonly median: number;
  /** Predicted survival below the median; nobody, if all predictions are the same. */
  readonly highRisk: Outcomes;
  readonly lowRisk: Outcomes;
}

/**
 * Splits patients at the median of their predicted survival at `time` months.
 *
 * @throws {InputError} If the predictions are not whole, or the time is outside of them.
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
  readonly patients: number;
  readonly deaths: number;
  /** Kaplan-Meier at the time of the split, with its interval; NaN is null. */
  readonly survival: number;
  readonly low: number | null;
  readonly high: number | null;
  /** Under observation at each of the times asked for. */
  readonly atRisk: readonly number[];
}

export interface RiskGroups {
  /** Months. */
  readonly time: number;
  /** The median predicted survival. */
  readonly median: number;
  /** Those below the median. */
  readonly highRisk: RiskGroup;
  readonly lowRisk: RiskGroup;
  readonly logRank: LogRank;
}

/**
 * Splits patients at the median of their predicted survival at `time` and compares what happened to both halves: the
 * usual figure of Kaplan-Meier curves by risk. Null where nobody is below the median.
 *
 * The test is fair only of predictions for patients that the model was not trained on; of pooled folds, it is that of
 * several models.
 *
 * @param options.times Months of the at-risk counts.
 * @throws {InputError} If the predictions are not whole, or the time is outside of them.
 */
export function riskGroups(
  predictions: SurvivalPredictions,
  time: number,
  { times = [] }: { readonly times?: readonly number[] } = {},
): RiskGroups | null {
  const { median, highRisk, lowRisk } = splitAtMedian(predictions, time);
  if (highRisk.months.length === 0) return null;
  const describe = (group: Outcomes): RiskGroup => {
    const curve = kaplanMeier(group);
    const read = (values: KaplanMeier["survival"]) => stepAt(curve.times, values, time);
    const known = (value: number) => Number.isNaN(value) ? null : value;
    return {
      patients: group.months.length,
      deaths: Array.from(group.event).reduce((sum, one) => sum + one, 0),
      survival: read(curve.survival),
      low: known(read(curve.low)),
      high: known(read(curve.high)),
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
