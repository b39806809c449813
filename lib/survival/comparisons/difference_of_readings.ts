import { InputError } from "@ctsurv/base/mod.ts";
import { pairCounterWithinFolds } from "../concordance/_count_within_folds.ts";
import type { CtdOptions } from "../concordance/concordance.ts";
import { checkPredictions, type FoldOfPatients, type SurvivalPredictions } from "../follow_up/predictions.ts";
import { bootstrapDifference } from "./_differences.ts";
import type { BootstrapOptions } from "./bootstrap.ts";
import type { PairedBootstrap } from "./paired_bootstrap.ts";

/** The out-of-fold predictions of a cross-validation, and how their Ctd is computed. */
export interface CtdReading extends CtdOptions {
  /** Of each patient. */
  readonly predictions: SurvivalPredictions;
  /** [patients]: the fold in which each was tested. */
  readonly folds: FoldOfPatients;
}

/**
 * The difference in Ctd within folds between two cross-validations of the same patients, in the same order. Unlike in
 * `pairedBootstrap`, folds, follow-up and the variant of Ctd may differ too: each side is read in its own way. Patients
 * are drawn within their fold if both sides have the same folds, and from the whole cohort if not. Null where no pair can
 * be compared.
 *
 * @example
 * ```ts
 * import { differenceOfReadings } from "@ctsurv/ctsurv/survival";
 * import { assertEquals } from "@std/assert";
 *
 * const patients = [1, 2, 3, 4, 5, 6, 7, 8];
 * const curves = { times: [24], survival: patients.map((i) => [i / 10]), event: patients.map(() => 1) };
 * const days = { predictions: { ...curves, months: patients.map((i) => i + .5) }, folds: patients.map((i) => i % 2) };
 * // The same deaths, all but two of them in one month: nothing is left to order among those.
 * const months = { ...days, predictions: { ...curves, months: patients.map((i) => i < 7 ? 3 : i) } };
 * assertEquals(differenceOfReadings(months, days)!.difference, 0);
 * ```
 *
 * @throws {InputError} If predictions are not complete, a patient has no fold, or the numbers of patients differ.
 */
export function differenceOfReadings(
  first: CtdReading,
  second: CtdReading,
  options: BootstrapOptions = {},
): PairedBootstrap | null {
  const counter = ({ predictions, folds, ...reading }: CtdReading) =>
    pairCounterWithinFolds(checkPredictions(predictions), folds, reading);
  const counters = [counter(first), counter(second)] as const;
  const patients = first.folds.length;
  if (second.folds.length !== patients) {
    throw new InputError(`The two models have ${patients} and ${second.folds.length} patients; they need the same`);
  }
  const sameFolds = Array.from(first.folds).every((fold, i) => fold === second.folds[i]);
  return bootstrapDifference(patients, counters, { ...options, strata: sameFolds ? first.folds : undefined });
}
