import { type Concordance, concordance } from "./concordance.ts";
import type { CtdLookup, CtdVariant } from "./ctd_options.ts";
import type { SurvivalPredictions } from "./survival_predictions.ts";

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
