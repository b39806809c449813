import type { BootstrapOptions } from "../comparisons/bootstrap.ts";
import { checkPredictions, type FoldOfPatients, type SurvivalPredictions } from "../follow_up/predictions.ts";
import { type AucWithinFolds, aucWithinFolds } from "./auc_within_folds.ts";
import { ipcwBrier } from "./brier.ts";
import { calibrationIndex } from "./calibration.ts";

/** Scores of out-of-fold predictions at the end of the grid: 24 months, the endpoint of the paper's title. */
export interface HorizonScores {
  /** Months, the last time of the grid. */
  readonly months: number;
  /** AUC within folds, with its interval; chance is 0.5. */
  readonly auc: AucWithinFolds;
  /** AUC over all patients together, with its interval; its chance level is below 0.5, as that of the pooled Ctd. */
  readonly aucPooled: AucWithinFolds;
  /** Brier score, weighted by the censoring; null where it is undefined. */
  readonly brier: number | null;
  /** Brier score integrated over the grid, weighted by the censoring. */
  readonly integratedBrier: number | null;
  /** Integrated calibration index; null where there is nothing to smooth. */
  readonly ici: number | null;
}

/**
 * AUC, Brier score and calibration of a cross-validation at the last time of the grid; see `aucWithinFolds`,
 * `ipcwBrier` and `calibrationIndex`. Brier score and calibration are means over patients, so pooling the folds does
 * not bias them as it does a Ctd.
 *
 * @example
 * ```ts
 * import { horizonScores } from "@ctsurv/ctsurv/survival";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const predictions = {
 *   times: [12, 24],
 *   survival: [[.3, .2], [.5, .3], [.7, .6], [.95, .9]],
 *   months: [5, 24, 15, 24],
 *   event: [1, 0, 1, 0],
 * };
 * const { auc, aucPooled, brier } = horizonScores(predictions, [1, 1, 2, 2], { replicates: 0 });
 * assertEquals([auc.value, aucPooled.value], [1, .75]);
 * assertAlmostEquals(brier!, (.2 ** 2 + .7 ** 2 + .6 ** 2 + .1 ** 2) / 4);
 * ```
 *
 * @throws {InputError} If the predictions are not complete, or a patient has no fold.
 */
export function horizonScores(
  predictions: SurvivalPredictions,
  folds: FoldOfPatients,
  options: BootstrapOptions = {},
): HorizonScores {
  const times = Array.from(checkPredictions(predictions).times);
  const time = times.at(-1)!;
  const brier = ipcwBrier(predictions, times);
  return {
    months: time,
    auc: aucWithinFolds(predictions, folds, { ...options, time }),
    aucPooled: aucWithinFolds(predictions, folds.map(() => 0), { ...options, time }),
    brier: brier.values.at(-1)!,
    integratedBrier: brier.integrated,
    ici: calibrationIndex(predictions, time)?.ici ?? null,
  };
}
