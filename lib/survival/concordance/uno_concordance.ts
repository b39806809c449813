import { checkPredictions, survivalOfAll, type SurvivalPredictions } from "../follow_up/predictions.ts";
import { type CensoringOptions, censoringWeights } from "../scores/censoring_weights.ts";
import { pairCounter } from "./_count_pairs.ts";
import type { Concordance } from "./concordance.ts";

/** Options of {@linkcode unoConcordance}. */
export interface UnoOptions extends CensoringOptions {
  /** Month; only deaths before it are anchors. @default {Infinity, all deaths} */
  readonly tau?: number;
  /**
   * The month whose predicted survival ranks the patients, for Uno's C; or `"death"`, the month of the anchor's death,
   * for Ctd with Uno's weights (the IPCW Ctd of SurvivalEVAL). @default {the last of the grid}
   */
  readonly at?: number | "death";
}

/**
 * Uno's C (Uno et al. 2011): a concordance that does not depend on how patients were censored, up to tau.
 *
 *     C = sum over pairs of 1 / G(T_i)^2 1[S_i(at) < S_j(at)] / sum over pairs of 1 / G(T_i)^2
 *
 * over the pairs in which i died before tau and j outlived that. G is the probability of not being censored, by
 * Kaplan-Meier. Pairs and ties are those of Ctd's variant `"risk"`, as in scikit-survival.
 *
 * @example
 * ```ts
 * import { concordance, unoConcordance } from "@ctsurv/ctsurv/survival";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const predictions = {
 *   times: [12, 24],
 *   survival: [[.3, .1], [.6, .4], [.9, .6], [.8, .5]],
 *   months: [5, 10, 15, 20],
 *   event: [1, 0, 1, 0],
 * };
 * assertAlmostEquals(concordance(predictions).value!, .75);
 * // The second death weighs more, since a patient was lost before it: G is 2/3.
 * assertAlmostEquals(unoConcordance(predictions).value!, 3 / 5.25);
 * ```
 *
 * @returns Weighted sums; the value is null where no pair can be compared, or where G is 0 at an anchor.
 * @throws {InputError} If the predictions are not complete or have no survival at the month asked for.
 */
export function unoConcordance(
  predictions: SurvivalPredictions,
  { tau = Infinity, at, ...options }: UnoOptions = {},
): Concordance {
  const { times, months, event } = checkPredictions(predictions);
  const { own } = censoringWeights(predictions, options);
  const anchor = own.map((weight, i) => event[i] === 1 && months[i]! < tau ? weight ** 2 : 0);
  const month = at ?? times[times.length - 1]!;
  const curves = month === "death" ? predictions : {
    ...predictions,
    times: [month],
    survival: Array.from(survivalOfAll(predictions, month), (s) => [s]),
  };
  const { concordant, comparable } = pairCounter(curves)({ anchor });
  const value = concordant / comparable;
  return { value: Number.isFinite(value) ? value : null, concordant, comparable };
}
