import { checkPredictions, survivalOfAll, type SurvivalPredictions } from "../follow_up/predictions.ts";
import { type CensoringOptions, censoringWeights } from "../scores/censoring_weights.ts";
import type { Concordance } from "./concordance.ts";
import { pairCounter } from "./_count_pairs.ts";

export interface UnoOptions extends CensoringOptions {
  /** Only deaths before this month are anchors; default all. */
  readonly tau?: number;
  /**
   * The month of the survival that ranks patients, for Uno's C; or `"death"`, the anchor's own, for Ctd with Uno's
   * weights (SurvivalEVAL's IPCW Ctd). Default the last of the grid.
   */
  readonly at?: number | "death";
}

/**
 * Uno's C (Uno et al. 2011): the concordance of pairs that weigh 1 / G(t_i)^2, so that it does not depend on how
 * patients were censored, up to tau. Pairs and ties as of Ctd's variant `"risk"`, which is how scikit-survival has
 * them.
 *
 * @returns Weighted sums; the value is null where no pair can be compared, or where G is 0 at an anchor.
 * @throws {InputError} If the predictions are not whole or have no survival at the month asked for.
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
