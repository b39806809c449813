import { InputError } from "@ctsurv/common/mod.ts";

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
