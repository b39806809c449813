import { bootstrap, type BootstrapOptions } from "../comparisons/bootstrap.ts";
import { checkPredictions, type FoldOfPatients, type SurvivalPredictions } from "../follow_up/predictions.ts";
import { pairCounterWithinFolds } from "./_count_within_folds.ts";
import type { Concordance, CtdLookup, CtdOptions, CtdVariant } from "./concordance.ts";
import type { ConcordanceInterval, ConcordanceIntervalOptions } from "./concordance_interval.ts";

/**
 * Ctd within folds: the time-dependent concordance of a cross-validation over the pairs of patients whom the same model
 * predicted.
 *
 *     Ctd = sum over folds of concordant pairs / sum over folds of comparable pairs
 *
 * Its chance level is 0.5. That of the pooled Ctd, `concordance` of all out-of-fold predictions, is below: a fold that
 * happens to hold many early deaths was predicted by a model that was trained on few of them, and such a model says
 * that everybody lives longer. On 415 patients without any signal the pooled Ctd is 0.467 on average. The mean of the
 * folds' Ctd has no such bias, but gives a pair of a fold with few pairs more weight.
 *
 * @example
 * ```ts
 * import { concordance, concordanceWithinFolds } from "@ctsurv/ctsurv/survival";
 * import { assertEquals } from "@std/assert";
 *
 * // Two models that both know nothing: each gives one curve to all patients of its fold.
 * const predictions = {
 *   times: [24],
 *   survival: [[.6], [.6], [.6], [.4], [.4], [.4]],
 *   months: [3, 5, 7, 20, 22, 24], // The first fold holds the early deaths.
 *   event: [1, 1, 1, 1, 1, 0],
 * };
 * const folds = [1, 1, 1, 2, 2, 2];
 * assertEquals(concordance(predictions).value, 3 / 15);
 * assertEquals(concordanceWithinFolds(predictions, folds), { value: 1 / 2, concordant: 3, comparable: 6 });
 * ```
 *
 * @param folds [patients]: the name or number of the fold in which each patient was tested.
 * @throws {InputError} If the predictions are not complete, or a patient has no fold.
 */
export function concordanceWithinFolds(
  predictions: SurvivalPredictions,
  folds: FoldOfPatients,
  options: CtdOptions = {},
): Concordance {
  const { concordant, comparable } = pairCounterWithinFolds(checkPredictions(predictions), folds, options)();
  return { value: comparable === 0 ? null : concordant / comparable, concordant, comparable };
}

/**
 * The percentile bootstrap interval of {@linkcode concordanceWithinFolds}. Patients are drawn with replacement within
 * their fold, so every sample has folds of the same sizes. Null where no sample had a pair to compare.
 *
 * @example
 * ```ts
 * import { concordanceWithinFoldsInterval } from "@ctsurv/ctsurv/survival";
 * import { assert } from "@std/assert";
 *
 * const patients = Array.from({ length: 60 }, (_, i) => i);
 * const predictions = {
 *   times: [24],
 *   survival: patients.map((i) => [(7 * i % 60) / 60]), // has nothing to do with the months
 *   months: patients.map((i) => 1 + i),
 *   event: patients.map(() => 1),
 * };
 * const { low, high } = concordanceWithinFoldsInterval(predictions, patients.map((i) => i % 5))!;
 * assert(low < .5 && .5 < high);
 * ```
 *
 * @throws {InputError} If the predictions are not complete, a patient has no fold, or level or replicates make no sense.
 */
export function concordanceWithinFoldsInterval(
  predictions: SurvivalPredictions,
  folds: FoldOfPatients,
  options: ConcordanceIntervalOptions = {},
): ConcordanceInterval | null {
  const count = pairCounterWithinFolds(checkPredictions(predictions), folds, options);
  const samples = bootstrap(predictions.survival.length, "concordance-interval", (drawn) => {
    const { concordant, comparable } = count({ patient: drawn });
    return comparable > 0 ? concordant / comparable : null;
  }, { ...options, strata: folds });
  return samples && { low: samples.low, high: samples.high, level: samples.level, replicates: samples.values.length };
}

/** Ctd within folds in one reading. */
export interface CtdWithinFoldsEntry {
  /** Concordant by comparable pairs, both summed over the folds; null where no pair of a fold can be compared. */
  readonly value: number | null;
  /** 95 % bootstrap interval; null where it was left out or no sample had a pair to compare. */
  readonly interval: {
    /** Lower end. */
    readonly low: number;
    /** Upper end. */
    readonly high: number;
  } | null;
  /** Number of pairs of patients of the same fold that were compared. */
  readonly comparable: number;
}

/** Ctd within folds in every variant under both lookups, each with its interval. */
export type CtdWithinFolds = Readonly<Record<CtdLookup, Readonly<Record<CtdVariant, CtdWithinFoldsEntry>>>>;

/**
 * {@linkcode concordanceWithinFolds} with its interval in every reading, as results and `ctsurv evaluate` have it.
 *
 * @example
 * ```ts
 * import { ctdWithinFolds } from "@ctsurv/ctsurv/survival";
 * import { assertEquals } from "@std/assert";
 *
 * const predictions = {
 *   times: [12, 24],
 *   survival: [[.3, .1], [.6, .4], [.5, .3], [.9, .8]],
 *   months: [5, 15, 20, 10],
 *   event: [1, 0, 1, 1],
 * };
 * const { pre } = ctdWithinFolds(predictions, ["1", "1", "2", "2"], { replicates: 0 });
 * assertEquals(pre.risk, { value: .5, interval: null, comparable: 2 });
 * ```
 *
 * @param options.replicates Bootstrap samples; 0 leaves the intervals out. @default {1000}
 * @throws {InputError} If the predictions are not complete, a patient has no fold, or level or replicates make no sense.
 */
export function ctdWithinFolds(
  predictions: SurvivalPredictions,
  folds: FoldOfPatients,
  options: BootstrapOptions = {},
): CtdWithinFolds {
  const entry = (reading: CtdOptions): CtdWithinFoldsEntry => {
    const { value, comparable } = concordanceWithinFolds(predictions, folds, reading);
    const interval = options.replicates === 0
      ? null
      : concordanceWithinFoldsInterval(predictions, folds, { ...options, ...reading });
    return { value, interval: interval && { low: interval.low, high: interval.high }, comparable };
  };
  const authors = entry({ variant: "authors" });
  const variants = (lookup: CtdLookup) => ({
    risk: entry({ variant: "risk", lookup }),
    antolini: entry({ variant: "antolini", lookup }),
    adj_antolini: entry({ variant: "adj_antolini", lookup }),
    lab: entry({ variant: "lab", lookup }),
    authors,
  });
  return { pre: variants("pre"), post: variants("post") };
}
