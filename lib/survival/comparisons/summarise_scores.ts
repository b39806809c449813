import { InputError } from "@ctsurv/base/mod.ts";
import { concordance } from "../concordance/concordance.ts";
import type { SurvivalPredictions } from "../follow_up/predictions.ts";

/** The mean of scores and both standard deviations, since papers rarely say which they mean. */
export interface ScoreSummary {
  readonly count: number;
  readonly mean: number;
  /** Divided by n, numpy's default and that of the original DeepHit. */
  readonly populationDeviation: number;
  /** Divided by n - 1, as in R and pandas; null for one score. */
  readonly sampleDeviation: number | null;
}

/**
 * Summarises the scores of folds.
 *
 * @throws {InputError} If there are none, or one is not finite: leave out folds without a score before, and say so.
 */
export function summariseScores(scores: readonly number[]): ScoreSummary {
  const count = scores.length;
  if (count === 0) throw new InputError("There is no score to summarise");
  const wrong = scores.find((score) => !Number.isFinite(score));
  if (wrong !== undefined) throw new InputError(`A score to summarise is a number, not ${wrong}`);
  // Two equal scores must have a deviation of exactly 0, which a mean that is rounded would spoil.
  const mean = scores[0]! + scores.reduce((sum, score) => sum + (score - scores[0]!), 0) / count;
  const squares = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0);
  return {
    count,
    mean,
    populationDeviation: Math.sqrt(squares / count),
    sampleDeviation: count > 1 ? Math.sqrt(squares / (count - 1)) : null,
  };
}

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

export interface SeedSummary {
  /** Of the seeds' means: how much another run would differ. */
  readonly betweenSeeds: ScoreSummary;
  /** Of the folds of each seed. */
  readonly withinSeeds: readonly ScoreSummary[];
}

/**
 * Summarises cross-validations that were repeated with several seeds, [seeds][folds]. On small cohorts the folds differ
 * more than the models do, so that the two spreads must not be mixed.
 *
 * @throws {InputError} As {@linkcode summariseScores}.
 */
export function summariseSeeds(scores: readonly (readonly number[])[]): SeedSummary {
  const withinSeeds = scores.map((folds) => summariseScores(folds));
  return { betweenSeeds: summariseScores(withinSeeds.map(({ mean }) => mean)), withinSeeds };
}
