import type { Concordance, SurvivalPredictions } from "@ctsurv/survival/mod.ts";
import type { PatientPrediction } from "../trainer.ts";

/** A prediction by a model that was not trained on the patient. */
export interface OutOfFoldPrediction extends PatientPrediction {
  /** Fold in which the patient was tested, from 1. */
  readonly fold: number;
  /** Months of follow-up. */
  readonly months: number;
  /** 1 for a death at `months`, 0 for a censored patient. */
  readonly event: 0 | 1;
}

/** The result of one fold, on its test patients. */
export interface FoldResult {
  /** From 1. */
  readonly fold: number;
  /** Number of test patients. */
  readonly patients: number;
  /** How many of them died within the horizon. */
  readonly events: number;
  /** Ctd of the variant that was asked for, survival at the first month at or after the death. */
  readonly ctd: Concordance;
  /** [epochs]: training loss. */
  readonly losses: readonly number[];
}

/** Everything that one fold of a cross-validation gives. */
export interface FoldOutcome {
  /** Its result. */
  readonly result: FoldResult;
  /** Of its test patients, in the order of all patients. */
  readonly predictions: readonly OutOfFoldPrediction[];
  /** Says that the training diverged; absent if it did not. */
  readonly divergence?: string;
  /** The loss of one curve for everybody, see `Trainer`; absent where the trainer has no loss. */
  readonly constantLoss?: number;
}

/** What casts doubt on folds, as sentences: of each whose training diverged. */
export function foldDoubts(outcomes: readonly FoldOutcome[]): string[] {
  return outcomes.flatMap(({ result: { fold }, divergence }) =>
    divergence === undefined ? [] : [`Fold ${fold} of ${outcomes.length}: ${divergence}`]
  );
}

/**
 * Predictions in the form that the scores of `survival` take, on the grid 0, 1, ..., 24 months.
 *
 * @example
 * ```ts
 * import { toSurvivalPredictions } from "@ctsurv/ctsurv/training";
 * import { assertEquals } from "@std/assert";
 *
 * const predictions = toSurvivalPredictions([{ survival: Float64Array.of(1, .8, .6), months: 1.5, event: 1 }]);
 * assertEquals([predictions.times, predictions.months, predictions.event], [[0, 1, 2], [1.5], [1]]);
 * ```
 */
export function toSurvivalPredictions(
  predictions: readonly Pick<OutOfFoldPrediction, "survival" | "months" | "event">[],
): SurvivalPredictions {
  return {
    times: Array.from({ length: predictions[0]?.survival.length ?? 0 }, (_, month) => month),
    survival: predictions.map(({ survival }) => survival),
    months: predictions.map(({ months }) => months),
    event: predictions.map(({ event }) => event),
  };
}
