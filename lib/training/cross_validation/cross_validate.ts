import { InputError } from "@ctsurv/base/mod.ts";
import type { LabelledPatient } from "@ctsurv/features/mod.ts";
import {
  type ConcordanceInterval,
  concordanceInterval,
  type ConcordanceTable,
  concordanceTable,
  type CtdWithinFolds,
  ctdWithinFolds,
  type HorizonScores,
  horizonScores,
} from "@ctsurv/survival/mod.ts";
import type { Trainer } from "../trainer.ts";
import {
  foldDoubts,
  type FoldOutcome,
  type FoldResult,
  type OutOfFoldPrediction,
  toSurvivalPredictions,
} from "./fold_outcome.ts";
import { trainFolds, type TrainFoldsOptions } from "./train_folds.ts";

/** Results of a cross-validation. */
export interface CrossValidation {
  /** In order of their numbers. */
  readonly folds: readonly FoldResult[];
  /** Mean of the folds' Ctd, over those where it is defined; null if there is none. */
  readonly mean: number | null;
  /** Standard deviation over the folds, divided by n - 1; null for fewer than two. */
  readonly stdSample: number | null;
  /** The same divided by n, NumPy's default. */
  readonly stdPopulation: number | null;
  /**
   * Every Ctd variant over the pairs of patients of the same fold, with its interval: the number to read first. Its
   * chance level is 0.5.
   */
  readonly ctdWithinFolds: CtdWithinFolds;
  /** AUC, Brier score and calibration at 24 months. */
  readonly atHorizon: HorizonScores;
  /**
   * Training loss of one curve for everybody, the mean over the folds; to be compared with the folds'
   * losses. Absent for models without a loss.
   */
  readonly constantLoss?: number;
  /**
   * Every Ctd variant on all patients together, each predicted by the fold that left them out. Its chance level is
   * below 0.5, see `concordanceWithinFolds`.
   */
  readonly pooled: ConcordanceTable;
  /** 95 % bootstrap interval of the pooled primary Ctd. */
  readonly interval: ConcordanceInterval | null;
  /** One for each patient, in the order of the patients. */
  readonly predictions: readonly OutOfFoldPrediction[];
  /** What casts doubt on the results, as sentences: folds whose training diverged. Absent if there is nothing. */
  readonly messages?: readonly string[];
}

/** Options of {@linkcode crossValidate}: those of its folds. */
export interface CrossValidateOptions<Parameters = unknown> extends TrainFoldsOptions<Parameters> {}

/**
 * K-fold cross-validation, stratified on death within the horizon. The patients of each fold are predicted by a model
 * that was trained from scratch on all others. Folds run at the same time as far as the trainer allows; the results do
 * not depend on that.
 *
 * @example
 * ```ts
 * import type { LabelledPatient } from "@ctsurv/ctsurv/features";
 * import { crossValidate, type Trainer } from "@ctsurv/ctsurv/training";
 * import { assertEquals } from "@std/assert";
 *
 * // A "model" without training: the larger the tumour, the lower the survival.
 * const trainer: Trainer<LabelledPatient & { readonly tumour: number }, null> = {
 *   train: () => Promise.resolve({ parameters: null, losses: [] }),
 *   predict: (_, patients) =>
 *     Promise.resolve(patients.map(({ id, tumour }) => ({
 *       id,
 *       survival: Float64Array.from({ length: 25 }, (_, month) => Math.exp(-tumour * month / 1000)),
 *       attention: new Float32Array(),
 *     }))),
 *   dispose: () => Promise.resolve(),
 * };
 * const patients = Array.from({ length: 12 }, (_, i) => ({
 *   id: `P${i}`,
 *   tumour: 5 + 10 * i, // mL
 *   followUp: { months: 24 - 2 * i, event: 1 as const },
 * }));
 * const { folds, mean, ctdWithinFolds } = await crossValidate(trainer, patients, { folds: 3, foldSeed: 42 });
 * assertEquals(folds.map(({ patients }) => patients), [4, 4, 4]);
 * assertEquals([mean, ctdWithinFolds.pre.risk.value], [1, 1]);
 * ```
 *
 * @throws {InputError} If there are too few patients for the folds, or too few deaths to train every fold on one, or if
 *   training refuses the patients of a fold or its loss becomes NaN, with the fold.
 */
export async function crossValidate<Patient extends LabelledPatient, Parameters>(
  trainer: Trainer<Patient, Parameters>,
  patients: readonly Patient[],
  options: CrossValidateOptions<Parameters>,
): Promise<CrossValidation> {
  const outcomes = await trainFolds(trainer, patients, options);
  return assembleFolds(outcomes, patients.map(({ id }) => id), options);
}

/**
 * The result of a cross-validation from all of its folds, which may have been trained at other times and places.
 *
 * @param outcomes All folds, in any order.
 * @param ids The patients, in the order that the predictions are to have.
 * @throws {InputError} If a fold or a patient is missing.
 */
export function assembleFolds(
  outcomes: readonly FoldOutcome[],
  ids: readonly string[],
  { variant = "risk" }: Pick<CrossValidateOptions, "variant"> = {},
): CrossValidation {
  const folds = outcomes.toSorted((a, b) => a.result.fold - b.result.fold);
  const results = folds.map(({ result }) => result);
  const predictions = new Map(folds.flatMap(({ predictions }) => predictions).map((one) => [one.id, one]));
  const missing = results.findIndex(({ fold }, i) => fold !== i + 1);
  const unpredicted = ids.find((id) => !predictions.has(id));
  if (missing !== -1 || unpredicted !== undefined) {
    const what = missing === -1 ? `no fold predicts ${unpredicted}` : `fold ${missing + 1} is not there`;
    throw new InputError(`These folds are not those of one cross-validation: ${what}`);
  }
  const ordered = ids.map((id) => predictions.get(id)!);
  const pooled = toSurvivalPredictions(ordered);
  const testedIn = ordered.map(({ fold }) => fold);
  const constant = folds.flatMap(({ constantLoss }) => constantLoss ?? []);
  const messages = foldDoubts(folds);
  return {
    folds: results,
    ctdWithinFolds: ctdWithinFolds(pooled, testedIn),
    atHorizon: horizonScores(pooled, testedIn),
    ...constant.length > 0 && { constantLoss: constant.reduce((sum, loss) => sum + loss, 0) / constant.length },
    ...summariseFolds(results.flatMap(({ ctd }) => ctd.value === null ? [] : [ctd.value])),
    pooled: concordanceTable(pooled),
    interval: concordanceInterval(pooled, { variant }),
    predictions: ordered,
    ...messages.length > 0 && { messages },
  };
}

/**
 * The mean of the folds' Ctd and both standard deviations, since papers rarely say which one they report.
 *
 * @example
 * ```ts
 * import { summariseFolds } from "@ctsurv/ctsurv/training";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { mean, stdSample, stdPopulation } = summariseFolds([.5, .6, .7]);
 * assertAlmostEquals(mean!, .6);
 * assertAlmostEquals(stdSample!, .1);
 * assertAlmostEquals(stdPopulation!, .0816, 1e-4);
 * ```
 *
 * @param values Ctd of the folds in which it is defined.
 */
export function summariseFolds(
  values: readonly number[],
): Pick<CrossValidation, "mean" | "stdSample" | "stdPopulation"> {
  const count = values.length;
  if (count === 0) return { mean: null, stdSample: null, stdPopulation: null };
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    mean,
    stdSample: count > 1 ? Math.sqrt(squares / (count - 1)) : null,
    stdPopulation: count > 1 ? Math.sqrt(squares / count) : null,
  };
}

/** The mean of the folds' training losses, epoch by epoch. */
export function meanLosses({ folds }: Pick<CrossValidation, "folds">): number[] {
  return folds[0]!.losses.map((_, epoch) => folds.reduce((sum, { losses }) => sum + losses[epoch]!, 0) / folds.length);
}
