import { bootstrap, type BootstrapOptions } from "../comparisons/bootstrap.ts";
import { checkFolds, membersOf } from "../concordance/_count_within_folds.ts";
import { checkPredictions, type FoldOfPatients, type SurvivalPredictions } from "../follow_up/predictions.ts";
import { aucCounter } from "./_count_auc.ts";
import { weightedCensoring } from "./censoring_weights.ts";

/** A score over the pairs of patients of the same fold. */
export interface AucWithinFolds {
  /** 0 to 1; null where no fold has both a dead and a living patient, or everybody was censored before a death. */
  readonly value: number | null;
  /** Bootstrap interval; null where it was left out, or no sample has a value. */
  readonly interval: {
    /** Lower end. */
    readonly low: number;
    /** Upper end. */
    readonly high: number;
  } | null;
  /** Number of pairs of a dead and a living patient of the same fold. */
  readonly comparable: number;
}

/**
 * The cumulative/dynamic AUC at one time within folds: `dynamicAuc` over the pairs of patients whom the same model of a
 * cross-validation predicted. The sums run over all folds, and censoring is estimated on all patients. Like
 * `concordanceWithinFolds` it has a chance level of 0.5, which the AUC of all out-of-fold predictions together has not.
 *
 * Patients of the bootstrap samples are drawn within their fold, and censoring is estimated anew on each sample.
 *
 * @example
 * ```ts
 * import { aucWithinFolds } from "@ctsurv/ctsurv/survival";
 * import { assertEquals } from "@std/assert";
 *
 * const predictions = {
 *   times: [24],
 *   survival: [[.2], [.3], [.6], [.9]],
 *   months: [5, 24, 15, 24],
 *   event: [1, 0, 1, 0],
 * };
 * const { value, comparable } = aucWithinFolds(predictions, [1, 1, 2, 2], { time: 24, replicates: 0 });
 * assertEquals([value, comparable], [1, 2]); // The dead of fold 2 outranks the living of fold 1, which does not count.
 * ```
 *
 * @param folds [patients]: the fold in which each patient was tested.
 * @param options.time Months.
 * @param options.replicates Bootstrap samples; 0 leaves the interval out. @default {1000}
 * @throws {InputError} If the predictions are not complete, the time is outside of them, or a patient has no fold.
 */
export function aucWithinFolds(
  predictions: SurvivalPredictions,
  folds: FoldOfPatients,
  { time, ...options }: BootstrapOptions & { readonly time: number },
): AucWithinFolds {
  checkFolds(checkPredictions(predictions), folds);
  const counters = membersOf(folds).map((members) => aucCounter(predictions, time, members));
  const censoring = weightedCensoring(predictions, [time]);
  const sums = (count: Uint32Array) => {
    const { own } = censoring(count);
    let score = 0, weight = 0, pairs = 0;
    for (const counter of counters) {
      const counts = counter(count, own);
      score += counts.score;
      weight += counts.weight;
      pairs += counts.pairs;
    }
    return { value: Number.isFinite(score / weight) ? score / weight : null, pairs };
  };
  const patients = predictions.survival.length;
  const { value, pairs } = sums(new Uint32Array(patients).fill(1));
  const samples = options.replicates === 0
    ? null
    : bootstrap(patients, "concordance-interval", (drawn) => sums(drawn).value, { ...options, strata: folds });
  return { value, interval: samples && { low: samples.low, high: samples.high }, comparable: pairs };
}
