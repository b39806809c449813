import {
  type ClinicalEncoding,
  clinicalEncoding,
  type ClinicalEncodingOptions,
  encodeClinical,
} from "@ctsurv/cohort/table/mod.ts";
import type { LabelledPatient, TrainingPatient } from "@ctsurv/features/mod.ts";
import { coxSurvival, fitPenalisedCox, HORIZON_MONTHS, type PenalisedCox } from "@ctsurv/survival/mod.ts";
import type { ClinicalPatient } from "../clinical_trainers.ts";
import type { PatientPrediction, Trainer } from "../trainer.ts";
import { type CovariateRange, rangeOf, within } from "./_range.ts";
import { choosePenalty, type ChoosePenaltyOptions } from "./choose_penalty.ts";

/** Cox's model with the penalty that an inner cross-validation chose, and where its covariates lay. */
export interface ChosenCox {
  /** The fitted model. */
  readonly cox: PenalisedCox;
  /** [covariates]: the smallest value among the patients of the fit. A smaller one counts as this. */
  readonly low: Float64Array;
  /** [covariates]: the largest. */
  readonly high: Float64Array;
}

/** Cox's model of the numbers of a table. */
export interface PenalisedClinicalCox extends ChosenCox {
  /** How a record and its measurements become covariates. */
  readonly encoding: ClinicalEncoding;
}

/** Options of {@linkcode penalisedCoxTrainer}. */
export interface PenalisedCoxTrainerOptions extends ChoosePenaltyOptions, ClinicalEncodingOptions {}

/**
 * Cox regression with a ridge or an elastic net on clinical covariates and measurements, such as the features of
 * PyRadiomics; there may be more of them than patients. Everything is learnt from the patients of the fit: medians of
 * unknown numbers, means and standard deviations, and the penalty, by {@linkcode choosePenalty}. A
 * number beyond those of the fit counts as the nearest of them.
 *
 * @example
 * ```ts
 * import { penalisedCoxTrainer } from "@ctsurv/ctsurv/training";
 * import { assert } from "@std/assert";
 *
 * const unknown = { tStage: null, nStage: null, mStage: null, overallStage: null, histology: null, gender: null };
 * const patients = Array.from({ length: 30 }, (_, i) => ({
 *   id: `P${i}`,
 *   followUp: { months: 24 - .7 * i, event: 1 as const },
 *   record: {
 *     ...{ ...unknown, patient: `P${i}`, age: null, survivalDays: 1, dead: true },
 *     measurements: { volume: 10 + i * 3 + 20 * Math.sin(i), noise: Math.cos(5 * i) },
 *   },
 * }));
 * const trainer = penalisedCoxTrainer({ covariates: ["volume", "noise"], l1Ratio: .5 });
 * const { parameters } = await trainer.train(patients);
 * const [small, large] = await trainer.predict(parameters, [patients[0]!, patients[29]!]);
 * assert(small!.survival[12]! > large!.survival[12]!);
 * ```
 *
 * @throws {InputError} From `train`, if fewer than two patients died or the covariates do not differ.
 */
export function penalisedCoxTrainer(
  options: PenalisedCoxTrainerOptions = {},
): Trainer<ClinicalPatient, PenalisedClinicalCox> {
  return {
    train: (patients) =>
      Promise.try(() => {
        const encoding = clinicalEncoding(patients.map(({ record }) => record), options);
        const rows = patients.map(({ record }) => encodeClinical(record, encoding));
        return { parameters: { encoding, ...fitChosen(patients, rows, options) }, losses: [] };
      }),
    predict: ({ encoding, ...chosen }, patients) =>
      Promise.try(() => predictAll(chosen, patients, patients.map(({ record }) => encodeClinical(record, encoding)))),
    dispose: () => Promise.resolve(),
  };
}

/**
 * Cox regression on the features that the survival heads get: the mean over a patient's slices, with a ridge that an
 * inner cross-validation chooses. It has neither embedding nor attention nor hidden layers, so it says what a row of
 * Table 1 owes to its features and what to its head.
 *
 * @example
 * ```ts
 * import { coxOnFeaturesTrainer } from "@ctsurv/ctsurv/training";
 * import { assert } from "@std/assert";
 *
 * const patients = Array.from({ length: 30 }, (_, i) => ({
 *   id: `P${i}`,
 *   followUp: { months: 24 - .7 * i, event: 1 as const },
 *   slices: 2, // of two features each
 *   features: Float32Array.of(i, Math.sin(i), i + Math.cos(9 * i), Math.sin(3 * i)),
 * }));
 * const trainer = coxOnFeaturesTrainer();
 * const { parameters } = await trainer.train(patients);
 * const [first, last] = await trainer.predict(parameters, [patients[0]!, patients[29]!]);
 * assert(first!.survival[12]! > last!.survival[12]!);
 * ```
 *
 * @throws {InputError} From `train`, if fewer than two patients died.
 */
export function coxOnFeaturesTrainer(options: ChoosePenaltyOptions = {}): Trainer<TrainingPatient, ChosenCox> {
  return {
    train: (patients) =>
      Promise.try(() => ({ parameters: fitChosen(patients, patients.map(meanOverSlices), options), losses: [] })),
    predict: (chosen, patients) => Promise.try(() => predictAll(chosen, patients, patients.map(meanOverSlices))),
    dispose: () => Promise.resolve(),
  };
}

function fitChosen(
  patients: readonly LabelledPatient[],
  covariates: readonly Float64Array[],
  options: ChoosePenaltyOptions,
): ChosenCox {
  const given = {
    covariates,
    months: patients.map(({ followUp }) => followUp.months),
    event: patients.map(({ followUp }) => followUp.event),
  };
  const { penalty } = choosePenalty(given, options);
  const cox = fitPenalisedCox(given, { penalty, l1Ratio: options.l1Ratio ?? 0 });
  return { cox, ...rangeOf(covariates) };
}

function predictAll(
  { cox, ...range }: { readonly cox: PenalisedCox } & CovariateRange,
  patients: readonly LabelledPatient[],
  rows: readonly Float64Array[],
): PatientPrediction[] {
  const months = Array.from({ length: HORIZON_MONTHS + 1 }, (_, month) => month);
  return patients.map(({ id }, i) => ({
    id,
    survival: coxSurvival(cox, within(range, rows[i]!), months),
    attention: new Float32Array(),
  }));
}

/** [features] */
function meanOverSlices({ features, slices }: Pick<TrainingPatient, "features" | "slices">): Float64Array {
  const mean = new Float64Array(features.length / slices);
  features.forEach((x, i) => mean[i % mean.length]! += x / slices);
  return mean;
}
