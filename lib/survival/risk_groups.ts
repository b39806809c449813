import { atRisk } from "./at_risk.ts";
import { type KaplanMeier, kaplanMeier } from "./kaplan_meier.ts";
import { type LogRank, logRank } from "./log_rank.ts";
import { stepAt } from "./step_at.ts";
import { survivalOfAll } from "./survival_at.ts";
import { checkPredictions, type SurvivalPredictions } from "./survival_predictions.ts";

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
  const { months, event } = checkPredictions(predictions);
  const survival = survivalOfAll(predictions, time);
  const sorted = survival.slice().sort();
  const half = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
  const side = (isLow: boolean) => {
    const members = [...survival.keys()].filter((i) => (survival[i]! < median) === isLow);
    return { months: members.map((i) => months[i]!), event: members.map((i) => event[i]!) };
  };
  const [below, above] = [side(true), side(false)];
  if (below.months.length === 0) return null;
  const describe = (group: typeof below): RiskGroup => {
    const curve = kaplanMeier(group);
    const read = (values: KaplanMeier["survival"]) => stepAt(curve.times, values, time);
    const known = (value: number) => Number.isNaN(value) ? null : value;
    return {
      patients: group.months.length,
      deaths: group.event.reduce((sum, one) => sum + one, 0),
      survival: read(curve.survival),
      low: known(read(curve.low)),
      high: known(read(curve.high)),
      atRisk: atRisk(group, times),
    };
  };
  return { time, median, highRisk: describe(below), lowRisk: describe(above), logRank: logRank([below, above]) };
}
