import { type CtdOptions, pairScores } from "./pair_scores.ts";
import { checkPredictions, type SurvivalPredictions } from "./survival_predictions.ts";

/** A concordance and the pairs behind it. */
export interface Concordance {
  /** `concordant / comparable`, 0 to 1; null where no pair could be compared. */
  readonly value: number | null;
  /** Sum of the pairs' scores; half pairs are ties. */
  readonly concordant: number;
  /** Number of pairs compared. */
  readonly comparable: number;
}

/**
 * Antolini's time-dependent concordance (Antolini et al. 2005): of the pairs in which one is known to have died first,
 * the share in which the model gave that one the lower survival at the time of that death. 0.5 is chance.
 *
 * Times are compared as they are given: for the paper's Ctd, censor them at 24 months first.
 *
 * @throws {InputError} If the predictions are not whole; see {@linkcode SurvivalPredictions}.
 */
export function concordance(predictions: SurvivalPredictions, options: CtdOptions = {}): Concordance {
  let doubled = 0, comparable = 0;
  for (const anchor of pairScores(checkPredictions(predictions), options)) {
    for (const one of anchor.comparable) comparable += one;
    for (const score of anchor.doubled) doubled += score;
  }
  return { value: comparable === 0 ? null : doubled / 2 / comparable, concordant: doubled / 2, comparable };
}
