import type { Outcomes } from "./outcomes.ts";
import { survivalOfAll } from "./survival_at.ts";
import { checkPredictions, type SurvivalPredictions } from "./survival_predictions.ts";

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
