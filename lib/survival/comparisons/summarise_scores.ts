import { InputError } from "@ctsurv/base/mod.ts";
import { concordance } from "../concordance/concordance.ts";
import type { SurvivalPredictions } from "../follow_up/predictions.ts";

/** The mean of scores and both standard deviations, since papers rarely say which they mean. */
export interface ScoreSummary {
  /** Number of scores n. */
  readonly count: number;
  /** Arithmetic mean. */
  readonly mean: number;
  /** Divided by n, the default of numpy and of the original DeepHit. */
  readonly populationDeviation: number;
  /** Divided by n - 1, as in R and pandas; null for one score. */
  readonly sampleDeviation: number | null;
}

/**
 * Summarises the scores of folds by their mean and standard deviations.
 *
 * @example
 * ```ts
 * import { summariseScores } from "@ctsurv/ctsurv/survival";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { mean, sampleDeviation, populationDeviation } = summariseScores([.5, .6, .7]);
 * assertAlmostEquals(mean, .6);
 * assertAlmostEquals(sampleDeviation!, .1); // n - 1, as R and pandas
 * assertAlmostEquals(populationDeviation, .0816, 1e-4); // n, as numpy
 * ```
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
  /** In order of appearance. */
  readonly folds: readonly {
    /** Its name. */
    readonly fold: string;
    /** Patients who were tested in it. */
    readonly patients: number;
    /** Ctd, `"risk"` under `"pre"`; null where no pair of the fold can be compared. */
    readonly value: number | null;
  }[];
  /** Summary of the folds that have a value; null where there are none. */
  readonly summary: ScoreSummary | null;
}

/**
 * Ctd of each fold by itself. Each fold was predicted by one model, whereas the Ctd of all patients together also
 * compares patients whom different models predicted.
 *
 * @example
 * ```ts
 * import { foldScores } from "@ctsurv/ctsurv/survival";
 * import { assertEquals } from "@std/assert";
 *
 * const predictions = {
 *   times: [12, 24],
 *   survival: [[.3, .1], [.6, .4], [.5, .3], [.9, .8]],
 *   months: [5, 15, 20, 10],
 *   event: [1, 0, 1, 1],
 * };
 * const { folds } = foldScores(predictions, ["1", "1", "2", "2"]);
 * assertEquals(folds, [{ fold: "1", patients: 2, value: 1 }, { fold: "2", patients: 2, value: 0 }]);
 * ```
 *
 * @param fold [patients]: the name of the fold in which each patient was tested.
 * @throws {InputError} If the predictions are not complete.
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

/** The spread of a cross-validation that was repeated with several seeds. */
export interface SeedSummary {
  /** Summary of the means of the seeds: how much another run would differ. */
  readonly betweenSeeds: ScoreSummary;
  /** [seeds]: summary of the folds of each seed. */
  readonly withinSeeds: readonly ScoreSummary[];
}

/**
 * Summarises a cross-validation that was repeated with several seeds. On small cohorts the folds differ more than the
 * models do, so the two spreads must not be mixed.
 *
 * @example
 * ```ts
 * import { summariseSeeds } from "@ctsurv/ctsurv/survival";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { betweenSeeds, withinSeeds } = summariseSeeds([[.50, .70], [.52, .72]]);
 * assertAlmostEquals(betweenSeeds.sampleDeviation!, .0141, 1e-4);
 * assertAlmostEquals(withinSeeds[0]!.sampleDeviation!, .1414, 1e-4);
 * ```
 *
 * @param scores [seeds][folds]
 * @throws {InputError} If a seed has no scores, or one is not finite.
 */
export function summariseSeeds(scores: readonly (readonly number[])[]): SeedSummary {
  const withinSeeds = scores.map((folds) => summariseScores(folds));
  return { betweenSeeds: summariseScores(withinSeeds.map(({ mean }) => mean)), withinSeeds };
}
