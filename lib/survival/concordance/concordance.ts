import { checkPredictions, type SurvivalPredictions } from "../follow_up/predictions.ts";
import { pairCounter } from "./_count_pairs.ts";

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

/** Every variant of Ctd under both lookups; see {@linkcode CtdVariant} and {@linkcode CtdLookup}. */
export type ConcordanceTable = Readonly<Record<CtdLookup, Readonly<Record<CtdVariant, Concordance>>>>;

/**
 * Computes Ctd in all its readings at once, for reporting them side by side.
 *
 * @throws {InputError} If the predictions are not whole; see {@linkcode SurvivalPredictions}.
 */
export function concordanceTable(predictions: SurvivalPredictions): ConcordanceTable {
  const variants = (lookup: CtdLookup) => ({
    risk: concordance(predictions, { variant: "risk", lookup }),
    antolini: concordance(predictions, { variant: "antolini", lookup }),
    adj_antolini: concordance(predictions, { variant: "adj_antolini", lookup }),
    lab: concordance(predictions, { variant: "lab", lookup }),
  });
  return { pre: variants("pre"), post: variants("post") };
}

/**
 * Which ordered pairs (i, j) are compared and how they score. The anchor i should have the lower survival at its own
 * time t_i. Unless said, i is a death and j lived longer or was censored at t_i.
 *
 * - `"risk"`: 1, or 1/2 if the survivals differ by at most 1e-8. What this project reports first.
 * - `"antolini"`: 1; equal survivals score 0 (Antolini et al. 2005, as pycox has it).
 * - `"adj_antolini"`: pycox's default. Equal survivals score 1/2; pairs that end together are compared both ways round,
 *   two deaths scoring 1 for equal survivals and 1/2 otherwise.
 * - `"lab"`: the authors' laboratory. Only j that lived into a later interval of the grid, (t_(k-1), t_k], is compared;
 *   equal survivals score 0.
 */
export type CtdVariant = "risk" | "antolini" | "adj_antolini" | "lab";

/**
 * Where on the grid S(t_i) is read: `"pre"`, the first time at or after t_i, which includes the death's own interval
 * and is what DeepHit's ranking loss trains; `"post"`, the last time at or before t_i, as pycox does. Outside the grid
 * both take the nearest end.
 */
export type CtdLookup = "pre" | "post";

export interface CtdOptions {
  /** Default `"risk"`. */
  readonly variant?: CtdVariant;
  /** Default `"pre"`. */
  readonly lookup?: CtdLookup;
}
