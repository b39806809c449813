import { bootstrap, type BootstrapOptions, type BootstrapValues } from "../comparisons/bootstrap.ts";
import { checkPredictions, type SurvivalPredictions } from "../follow_up/predictions.ts";
import { pairCounter } from "./_count_pairs.ts";
import { concordanceOf, type CtdOptions } from "./concordance.ts";

/** Options of {@linkcode concordanceInterval}: the reading of Ctd and the bootstrap. */
export interface ConcordanceIntervalOptions extends CtdOptions, BootstrapOptions {}

/** A percentile bootstrap interval of a score. */
export interface ConcordanceInterval {
  /** Lower end. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
  /** Coverage, such as 0.95. */
  readonly level: number;
  /** Bootstrap samples that had a pair to compare; the interval is made of these. */
  readonly replicates: number;
}

/**
 * The percentile bootstrap interval (Efron & Tibshirani 1993, 13) of `concordance`, with patients drawn with
 * replacement. Null where no sample had a pair to compare.
 *
 * A patient drawn w times counts w times in every pair with others and is never paired with its own copies:
 *
 *     Ctd of a sample = w'Mw / w'Cw
 *
 * with M the matrix of scores and C that of comparable pairs. Pairs of copies would be ties that no model can break,
 * which would bias `adj_antolini` upwards. The interval holds the model fixed: it says how certain the Ctd of these
 * predictions is, not how much another training run would differ.
 *
 * @example
 * ```ts
 * import { concordance, concordanceInterval } from "@ctsurv/ctsurv/survival";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const predictions = {
 *   times: [24],
 *   survival: [.1, .4, .2, .3, .5, .8, .6, .7].map((s) => [s]),
 *   months: [2, 4, 6, 8, 10, 12, 14, 16],
 *   event: [1, 1, 1, 0, 1, 1, 0, 1],
 * };
 * const { low, high } = concordanceInterval(predictions)!;
 * assertEquals(concordance(predictions).value, 19 / 23);
 * assertAlmostEquals(low, .538, 1e-3); // Eight patients say little about a model.
 * assertEquals(high, 1);
 * ```
 *
 * @throws {InputError} If the predictions are not complete, or level or replicates make no sense.
 */
export function concordanceInterval(
  predictions: SurvivalPredictions,
  options: ConcordanceIntervalOptions = {},
): ConcordanceInterval | null {
  const count = pairCounter(checkPredictions(predictions), options);
  const ctd = (patient: Uint32Array) => concordanceOf(count({ patient })).value;
  return intervalOf(bootstrap(predictions.survival.length, "concordance-interval", ctd, options));
}

/** The interval of a bootstrap without its values; null where no sample has one. */
export function intervalOf(samples: BootstrapValues | null | undefined): ConcordanceInterval | null {
  if (!samples) return null;
  const { low, high, level, values } = samples;
  return { low, high, level, replicates: values.length };
}
