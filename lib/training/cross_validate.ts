import { InputError } from "@ctsurv/base/mod.ts";
import { HORIZON_MONTHS, type LabelledPatient } from "@ctsurv/features/mod.ts";
import {
  type Concordance,
  type ConcordanceInterval,
  concordanceInterval,
  type ConcordanceTable,
  concordanceTable,
  type FollowUp,
  type SurvivalPredictions,
} from "@ctsurv/survival/mod.ts";
import { stratifiedFolds } from "./folds.ts";
import type { PatientPrediction, Trainer } from "./trainer.ts";

export interface FewPatientsOptions {
  /** Of the cohort. */
  readonly name: string;
  readonly folds: number;
}

/**
 * Refuses patients who are too few for a cross-validation that is stratified on death: each fold needs a patient of the
 * more common outcome, and each training set a death, for which two deaths suffice, since they are dealt to two folds.
 *
 * @throws {InputError} With the numbers of patients, deaths and folds.
 */
export function refuseFewPatients(outcomes: readonly Pick<FollowUp, "event">[], { name, folds }: FewPatientsOptions) {
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

/** A prediction by a model that never saw the patient. */
export interface OutOfFoldPrediction extends PatientPrediction {
  /** From 1. */
  readonly fold: number;
  readonly months: number;
  readonly event: 0 | 1;
}

/** One fold's test patients. */
export interface FoldResult {
  /** From 1. */
  readonly fold: number;
  readonly patients: number;
  readonly events: number;
  /** Primary Ctd: risk ties, survival at the first month at or after the death. */
  readonly ctd: Concordance;
  /** Training loss by epoch. */
  readonly losses: readonly number[];
}

/** Results of a cross-validation. */
export interface CrossValidation {
  readonly folds: readonly FoldResult[];
  /** Mean of the folds' Ctd, over those where it is defined; null if there is none. */
  readonly mean: number | null;
  /** Standard deviation over the folds, with n - 1; null for fewer than two. */
  readonly stdSample: number | null;
  /** The same with n, as NumPy's default. */
  readonly stdPopulation: number | null;
  /** Every Ctd variant on all patients together, each predicted by the fold that left them out. */
  readonly pooled: ConcordanceTable;
  /** 95 % bootstrap interval of the pooled primary Ctd. */
  readonly interval: ConcordanceInterval | null;
  /** In the order of the patients. */
  readonly predictions: readonly OutOfFoldPrediction[];
}

/** Options of {@linkcode crossValidate}. */
export interface CrossValidateOptions {
  readonly folds: number;
  /** scikit-learn's `random_state`. */
  readonly foldSeed: number;
  /** Called after every epoch of every fold, numbered from 1; of folds that go on together, in turns. */
  readonly onEpoch?: (fold: number, epoch: number, loss: number) => void;
}

/**
 * K-fold cross-validation, stratified on death within the horizon: each fold's patients are predicted by a model that
 * was trained from scratch on all others. As many folds go on at a time as the trainer can train; the results do not
 * depend on that.
 *
 * @throws {InputError} If there are too few patients for the folds, or too few deaths to train every fold on one.
 */
export async function crossValidate<Patient extends LabelledPatient, Parameters>(
  trainer: Trainer<Patient, Parameters>,
  patients: readonly Patient[],
  { folds, foldSeed, onEpoch }: CrossValidateOptions,
): Promise<CrossValidation> {
  refuseFewPatients(patients.map(({ followUp }) => followUp), { name: "This cohort", folds });
  const assignment = stratifiedFolds(patients.map(({ followUp }) => followUp.event), { folds, seed: foldSeed });
  const results: FoldResult[] = [];
  const predictions = new Map<string, OutOfFoldPrediction>();
  await forEachOf(folds, trainer.concurrency ?? 1, async (fold, check) => {
    const train = patients.filter((_, i) => assignment[i] !== fold);
    const test = patients.filter((_, i) => assignment[i] === fold);
    const trained = await trainer.train(train, (epoch, loss) => {
      check();
      onEpoch?.(fold + 1, epoch, loss);
    });
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
      ctd: concordanceTable(toSurvivalPredictions(predicted)).pre.risk,
      losses: trained.losses,
    };
  });
  const ordered = patients.map(({ id }) => predictions.get(id)!);
  const pooled = toSurvivalPredictions(ordered);
  return {
    folds: results,
    ...summariseFolds(results.flatMap(({ ctd }) => ctd.value === null ? [] : [ctd.value])),
    pooled: concordanceTable(pooled),
    interval: concordanceInterval(pooled),
    predictions: ordered,
  };
}

/** Predictions as the measures of `lib/survival` take them, on the grid 0, 1, ..., 24 months. */
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
 * Does `task` for 0 to `count` - 1, some at a time, in order. After a failure nothing new is begun, and tasks that go on
 * learn from `check`, which throws, that nobody waits for them.
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
 * The mean of the folds' Ctd and both standard deviations, since papers rarely say which they mean.
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

/**
 * Out-of-fold predictions as a table that `ctsurv evaluate` reads: patient, fold (from 1), months, event, S0 to S24.
 * Numbers keep all their digits.
 */
export function formatPredictions(predictions: readonly OutOfFoldPrediction[]): string {
  const months = predictions[0]?.survival.length ?? 0;
  const header = ["patient", "fold", "months", "event", ...Array.from({ length: months }, (_, month) => `S${month}`)];
  const rows = predictions.map((
    { id, fold, months, event, survival },
  ) => [quote(id), fold, months, event, ...survival]);
  return [header, ...rows].map((row) => `${row.join(",")}\n`).join("");
}

function quote(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The mean of the folds' training losses, epoch by epoch. */
export function meanLosses({ folds }: Pick<CrossValidation, "folds">): number[] {
  return folds[0]!.losses.map((_, epoch) => folds.reduce((sum, { losses }) => sum + losses[epoch]!, 0) / folds.length);
}
