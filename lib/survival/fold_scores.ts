import { concordance } from "./concordance.ts";
import { type ScoreSummary, summariseScores } from "./summarise_scores.ts";
import type { SurvivalPredictions } from "./survival_predictions.ts";

/** Ctd of each fold of a cross-validation. */
export interface FoldScores {
  readonly folds: readonly {
    readonly fold: string;
    readonly patients: number;
    /** `"risk"` under `"pre"`; null where no pair of the fold can be compared. */
    readonly value: number | null;
  }[];
  /** Of the folds that have a value; null for none. */
  readonly summary: ScoreSummary | null;
}

/**
 * Ctd of each fold by itself, the folds in order of appearance: each is one model's, while the Ctd of all patients also
 * compares patients across models.
 *
 * @param fold [patients]
 * @throws {InputError} If the predictions are not whole.
 */
export function foldScores(predictions: SurvivalPredictions, fold: readonly string[]): FoldScores {
  const folds = [...new Set(fold)].map((name) => {
    const members = [...fold.keys()].filter((i) => fold[i] === name);
    const { value } = concordance({
      times: predictions.times,
      survival: members.map((i) => predictions.survival[i]!),
      months: members.map((i) => predictions.months[i]!),
      event: members.map((i) => predictions.event[i]!),
    });
    return { fold: name, patients: members.length, value };
  });
  const values = folds.flatMap(({ value }) => value === null ? [] : [value]);
  return { folds, summary: values.length === 0 ? null : summariseScores(values) };
}
