import { InputError, OutputError } from "@ctsurv/base/mod.ts";
import type { LabelledPatient } from "@ctsurv/features/mod.ts";
import {
  type Concordance,
  concordance,
  type ConcordanceInterval,
  concordanceInterval,
  type ConcordanceTable,
  concordanceTable,
  type CtdVariant,
  type CtdWithinFolds,
  ctdWithinFolds,
  type FollowUp,
  HORIZON_MONTHS,
  type HorizonScores,
  horizonScores,
  type SurvivalPredictions,
} from "@ctsurv/survival/mod.ts";
import { stratifiedFolds } from "./folds.ts";
import type { PatientPrediction, Trainer } from "./trainer.ts";

/** Options of {@linkcode refuseFewPatients}. */
export interface FewPatientsOptions {
  /** The cohort's name, for the message. */
  readonly name: string;
  /** Number of folds. */
  readonly folds: number;
}

/**
 * Refuses patients who are too few for a cross-validation that is stratified on death. Each fold needs a patient with
 * the more common outcome, and each training set a death. Two deaths are enough, since they go to two folds.
 *
 * @example
 * ```ts
 * import { refuseFewPatients } from "@ctsurv/ctsurv/training";
 * import { assertThrows } from "@std/assert";
 *
 * const outcomes = [1, 1, 0].map((event) => ({ event: event as 0 | 1 }));
 * refuseFewPatients(outcomes, { name: "CLARO", folds: 2 });
 * assertThrows(() => refuseFewPatients(outcomes, { name: "CLARO", folds: 10 }), Error, "CLARO has too few patients");
 * ```
 *
 * @throws {InputError} With the numbers of patients, deaths and folds.
 */
export function refuseFewPatients(
  outcomes: readonly Pick<FollowUp, "event">[],
  { name, folds }: FewPatientsOptions,
): void {
  const deaths = outcomes.filter(({ event }) => event === 1).length;
  const largest = Math.max(deaths, outcomes.length - deaths);
  if (largest >= folds && deaths >= 2) return;
  throw new InputError(
    `${name} has too few patients for ${folds} folds: ${outcomes.length}, of whom ${deaths} died within ` +
      `${HORIZON_MONTHS} months. ${folds} folds need at least ${folds} patients with the same outcome (died, or not), ` +
      "and 2 deaths. Import more patients, or take a profile with fewer folds; notebook 01 and ctsurv qc work with " +
      "any number",
  );
}

/** A prediction by a model that was not trained on the patient. */
export interface OutOfFoldPrediction extends PatientPrediction {
  /** Fold in which the patient was tested, from 1. */
  readonly fold: number;
  /** Months of follow-up. */
  readonly months: number;
  /** 1 for a death at `months`, 0 for a censored patient. */
  readonly event: 0 | 1;
}

/** The result of one fold, on its test patients. */
export interface FoldResult {
  /** From 1. */
  readonly fold: number;
  /** Number of test patients. */
  readonly patients: number;
  /** How many of them died within the horizon. */
  readonly events: number;
  /** Ctd of the variant that was asked for, survival at the first month at or after the death. */
  readonly ctd: Concordance;
  /** [epochs]: training loss. */
  readonly losses: readonly number[];
}

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
   * Training loss of one Kaplan-Meier curve for everybody, the mean over the folds; to be compared with the folds'
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

/** Everything that one fold of a cross-validation gives. */
export interface FoldOutcome {
  /** Its result. */
  readonly result: FoldResult;
  /** Of its test patients, in the order of all patients. */
  readonly predictions: readonly OutOfFoldPrediction[];
  /** Says that the training diverged; absent if it did not. */
  readonly divergence?: string;
}

/** Options of {@linkcode crossValidate}. */
export interface CrossValidateOptions<Parameters = unknown> {
  /** Number of folds, 10 in the paper. */
  readonly folds: number;
  /** Seed of the folds, scikit-learn's `random_state`. */
  readonly foldSeed: number;
  /** The Ctd of the folds and of the interval. @default {"risk"} */
  readonly variant?: CtdVariant;
  /** Called after every epoch of every fold, both numbered from 1. Folds that run at the same time take turns. */
  readonly onEpoch?: (fold: number, epoch: number, loss: number) => void;
  /** Is given the model of every fold, from 1, such as for a transfer that goes on from it. */
  readonly onTrained?: (fold: number, parameters: Parameters) => void;
  /** Is given every fold that was trained, as soon as it is done, such as for a file. */
  readonly onFold?: (outcome: FoldOutcome) => void | Promise<void>;
}

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
 *   training refuses the patients of a fold or
 *   its loss becomes NaN, with the fold.
 */
export async function crossValidate<Patient extends LabelledPatient, Parameters>(
  trainer: Trainer<Patient, Parameters>,
  patients: readonly Patient[],
  { folds, foldSeed, variant = "risk", onEpoch, onTrained, onFold }: CrossValidateOptions<Parameters>,
): Promise<CrossValidation> {
  refuseFewPatients(patients.map(({ followUp }) => followUp), { name: "This cohort", folds });
  const assignment = stratifiedFolds(patients.map(({ followUp }) => followUp.event), { folds, seed: foldSeed });
  const results: FoldResult[] = [];
  const predictions = new Map<string, OutOfFoldPrediction>();
  const diverged: string[] = [];
  const constant: number[] = [];
  await forEachOf(folds, trainer.concurrency ?? 1, async (fold, check) => {
    const train = patients.filter((_, i) => assignment[i] !== fold);
    const test = patients.filter((_, i) => assignment[i] === fold);
    const trained = await inFold(fold, folds, () =>
      trainer.train(train, (epoch, loss) => {
        check();
        onEpoch?.(fold + 1, epoch, loss);
      }, { fold: fold + 1 }));
    onTrained?.(fold + 1, trained.parameters);
    if (trainer.constantLoss) constant[fold] = trainer.constantLoss(train);
    if (trained.divergence !== undefined) diverged[fold] = `Fold ${fold + 1} of ${folds}: ${trained.divergence}`;
    const predicted = (await trainer.predict(trained.parameters, test)).map((prediction, i) => ({
      ...prediction,
      fold: fold + 1,
      ...test[i]!.followUp,
    }));
    predicted.forEach((prediction) => predictions.set(prediction.id, prediction));
    results[fold] = {
      fold: fold + 1,
      patients: test.length,
      events: test.filter(({ followUp }) => followUp.event === 1).length,
      ctd: concordance(toSurvivalPredictions(predicted), { variant }),
      losses: trained.losses,
    };
    const { divergence } = trained;
    await onFold?.({
      result: results[fold],
      predictions: predicted,
      ...divergence !== undefined && { divergence },
    });
  });
  const ordered = patients.map(({ id }) => predictions.get(id)!);
  const pooled = toSurvivalPredictions(ordered);
  const testedIn = ordered.map(({ fold }) => fold);
  return {
    folds: results,
    ctdWithinFolds: ctdWithinFolds(pooled, testedIn),
    atHorizon: horizonScores(pooled, testedIn),
    ...constant.length > 0 && { constantLoss: constant.reduce((sum, loss) => sum + loss, 0) / constant.length },
    ...summariseFolds(results.flatMap(({ ctd }) => ctd.value === null ? [] : [ctd.value])),
    pooled: concordanceTable(pooled),
    interval: concordanceInterval(pooled, { variant }),
    predictions: ordered,
    ...diverged.length > 0 && { messages: diverged.flat() },
  };
}

/** Says of which fold an error is: all patients together may have been no trouble. */
async function inFold<T>(fold: number, folds: number, train: () => Promise<T>): Promise<T> {
  try {
    return await train();
  } catch (error) {
    // Of a disk that is full no fold is the cause.
    if (!(error instanceof InputError) || error instanceof OutputError) throw error;
    throw new InputError(`Fold ${fold + 1} of ${folds}: ${error.message}`, { cause: error });
  }
}

/**
 * Predictions in the form that the scores of `survival` take, on the grid 0, 1, ..., 24 months.
 *
 * @example
 * ```ts
 * import { toSurvivalPredictions } from "@ctsurv/ctsurv/training";
 * import { assertEquals } from "@std/assert";
 *
 * const predictions = toSurvivalPredictions([{ survival: Float64Array.of(1, .8, .6), months: 1.5, event: 1 }]);
 * assertEquals([predictions.times, predictions.months, predictions.event], [[0, 1, 2], [1.5], [1]]);
 * ```
 */
export function toSurvivalPredictions(
  predictions: readonly Pick<OutOfFoldPrediction, "survival" | "months" | "event">[],
): SurvivalPredictions {
  return {
    times: Array.from({ length: predictions[0]?.survival.length ?? 0 }, (_, month) => month),
    survival: predictions.map(({ survival }) => survival),
    months: predictions.map(({ months }) => months),
    event: predictions.map(({ event }) => event),
  };
}

/**
 * Does `task` for 0 to `count` - 1 in order, some at the same time. After a failure nothing new is begun. Tasks that
 * are still running call `check`, which then throws, since nobody waits for their results.
 */
async function forEachOf(
  count: number,
  atOnce: number,
  task: (index: number, check: () => void) => Promise<void>,
): Promise<void> {
  let next = 0;
  let hasFailed = false;
  const check = () => {
    if (hasFailed) throw new Error("Another fold failed");
  };
  const lane = async () => {
    try {
      while (next < count && !hasFailed) await task(next++, check);
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, lane));
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
