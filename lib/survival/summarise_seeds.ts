import { type ScoreSummary, summariseScores } from "./summarise_scores.ts";

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
