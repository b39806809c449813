import type { CtdOptions } from "./ctd_options.ts";
import { pairCounter } from "./pair_counter.ts";
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
 * Times are compared as they are given: for the paper's Ctd, censor them at 24 months first. Counted, not compared pair
 * by pair, which takes seconds for a million patients.
 *
 * @throws {InputError} If the predictions are not whole; see {@linkcode SurvivalPredictions}.
 */
export function concordance(predictions: SurvivalPredictions, options: CtdOptions = {}): Concordance {
  const { concordant, comparable } = pairCounter(checkPredictions(predictions), options)();
  return { value: comparable === 0 ? null : concordant / comparable, concordant, comparable };
}
