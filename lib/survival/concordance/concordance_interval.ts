import { bootstrap, type BootstrapOptions } from "../comparisons/bootstrap.ts";
import { checkPredictions, type SurvivalPredictions } from "../follow_up/predictions.ts";
import type { CtdOptions } from "./concordance.ts";
import { pairCounter } from "./_count_pairs.ts";

export interface ConcordanceIntervalOptions extends CtdOptions, BootstrapOptions {}

/** A bootstrap interval. */
export interface ConcordanceInterval {
  readonly low: number;
  readonly high: number;
  readonly level: number;
  /** Bootstrap samples that had a pair to compare; the interval is made of these. */
  readonly replicates: number;
}

/**
 * The percentile interval of {@linkcode concordance} when patients are drawn with replacement; null where no sample had
 * a pair to compare.
 *
 * A patient drawn w times counts w times in every pair with others and is never paired with its own copies, that is
 * w'Mw / w'Cw over the matrices of scores and of comparable pairs. Comparing copies would add ties that no model can
 * break, which biases `adj_antolini` upwards. The interval holds the model fixed: it says how sure the Ctd of these
 * predictions is, not how much another training run would differ.
 *
 * @throws {InputError} If the predictions are not whole, or level or replicates make no sense.
 */
export function concordanceInterval(
  predictions: SurvivalPredictions,
  options: ConcordanceIntervalOptions = {},
): ConcordanceInterval | null {
  const count = pairCounter(checkPredictions(predictions), options);
  const samples = bootstrap(predictions.survival.length, "concordance-interval", (drawn) => {
    const { concordant, comparable } = count({ patient: drawn });
    return comparable > 0 ? concordant / comparable : null;
  }, options);
  return samples && { low: samples.low, high: samples.high, level: samples.level, replicates: samples.values.length };
}
