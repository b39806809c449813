import { memoise } from "@ctsurv/base/mod.ts";
import {
  clinicalCovariates,
  type ClinicalEncoding,
  clinicalEncoding,
  type ClinicalEncodingOptions,
  type ClinicalRecord,
  encodeClinical,
} from "@ctsurv/cohort/table/mod.ts";
import type { Engine, HostTensor } from "@ctsurv/engine/mod.ts";
import type { LabelledPatient, TrainingPatient } from "@ctsurv/features/mod.ts";
import type { SurvivalHead } from "@ctsurv/nn/mod.ts";
import { type CoxModel, type CoxOptions, coxSurvival, fitCox, HORIZON_MONTHS } from "@ctsurv/survival/mod.ts";
import type { TrainOptions } from "./head_optimiser.ts";
import { constantLossOf, headTrainer } from "./head_trainer.ts";
import type { Trainer } from "./trainer.ts";

/** A survival head on clinical covariates. */
export interface ClinicalDeepHit {
  /** How a clinical record becomes covariates. */
  readonly encoding: ClinicalEncoding;
  /** The head, whose features are the covariates. */
  readonly head: SurvivalHead<HostTensor>;
}

/**
 * The survival head without images: each patient is one "slice" whose features are the covariates of the clinical
 * baseline. It is trained in the same way as the heads on images.
 */
export function clinicalDeepHitTrainer(
  engine: Engine,
  options: TrainOptions,
  encodingOptions?: ClinicalEncodingOptions,
): Trainer<ClinicalPatient, ClinicalDeepHit> {
  // Folds differ in which levels are frequent enough, hence in the number of covariates.
  const trainers = memoise((backboneFeatures: number) =>
    headTrainer(engine, { backboneFeatures, aggregation: { kind: "average" } }, options)
  );
  const encoded = (patients: readonly ClinicalPatient[], encoding: ClinicalEncoding): TrainingPatient[] =>
    patients.map(({ id, followUp, record }) => ({
      id,
      followUp,
      features: Float32Array.from(encodeClinical(record, encoding)),
      slices: 1,
    }));
  const trainerOf = (patients: readonly TrainingPatient[]) => trainers.get(patients[0]!.features.length);
  return {
    async train(patients, onEpoch) {
      const encoding = clinicalEncoding(patients.map(({ record }) => record), encodingOptions);
      const given = encoded(patients, encoding);
      const { parameters, ...trained } = await trainerOf(given).train(given, onEpoch);
      return { parameters: { encoding, head: parameters }, ...trained };
    },
    constantLoss: (patients) => constantLossOf(patients, options),
    async predict({ encoding, head }, patients) {
      const given = encoded(patients, encoding);
      const predictions = given.length === 0 ? [] : await trainerOf(given).predict(head, given);
      return predictions.map((prediction) => ({ ...prediction, attention: new Float32Array() }));
    },
    async dispose() {
      for (const trainer of trainers.values()) await trainer.dispose();
    },
  };
}

/** A patient for models of the clinical record alone. */
export interface ClinicalPatient extends LabelledPatient {
  /** Row of the clinical table. */
  readonly record: ClinicalRecord;
}

/** Cox's model of clinical covariates. */
export interface ClinicalCox {
  /** How a clinical record becomes covariates. */
  readonly encoding: ClinicalEncoding;
  /** The fitted model. */
  readonly cox: CoxModel;
}

/** Options of {@linkcode coxTrainer}: how records become covariates, the ridge of the regression, and its name. */
export interface CoxTrainerOptions extends ClinicalEncodingOptions, Pick<CoxOptions, "ridge" | "ridgeName"> {}

/**
 * The clinical baseline: Cox's proportional hazards (Cox 1972) on age, stage, histology and sex. The encoding of the
 * covariates, such as the median age, is learnt from the patients of the fit as well.
 *
 * @example
 * ```ts
 * import { coxTrainer } from "@ctsurv/ctsurv/training";
 * import { assert } from "@std/assert";
 *
 * const unknown = { tStage: null, nStage: null, mStage: null, overallStage: null, histology: null, gender: null };
 * const patients = [20, 22, 15, 18, 12, 16, 9, 13, 7, 10, 4, 6].map((months, i) => ({
 *   id: `P${i}`,
 *   followUp: { months, event: 1 as const },
 *   record: { ...unknown, patient: `P${i}`, age: 50 + 3 * i, survivalDays: 30.4375 * months, dead: true },
 * }));
 * const trainer = coxTrainer({ ridge: 1 });
 * const { parameters } = await trainer.train(patients);
 * const [youngest, oldest] = await trainer.predict(parameters, [patients[0]!, patients[11]!]);
 * assert(youngest!.survival[12]! > oldest!.survival[12]!);
 * ```
 *
 * @throws {InputError} From `train`, if nobody died or the covariates do not differ; see `fitCox`.
 */
export function coxTrainer(
  { ridge, ridgeName, ...options }: CoxTrainerOptions = {},
): Trainer<ClinicalPatient, ClinicalCox> {
  const months = Array.from({ length: HORIZON_MONTHS + 1 }, (_, month) => month);
  return {
    train: (patients) =>
      Promise.try(() => {
        const encoding = clinicalEncoding(patients.map(({ record }) => record), options);
        const cox = fitCox({
          covariates: patients.map(({ record }) => encodeClinical(record, encoding)),
          months: patients.map(({ followUp }) => followUp.months),
          event: patients.map(({ followUp }) => followUp.event),
        }, {
          ...ridge !== undefined && { ridge },
          ...ridgeName !== undefined && { ridgeName },
          names: clinicalCovariates(encoding),
        });
        return { parameters: { encoding, cox }, losses: [] };
      }),
    predict: ({ encoding, cox }, patients) =>
      Promise.try(() =>
        patients.map(({ id, record }) => ({
          id,
          survival: coxSurvival(cox, encodeClinical(record, encoding), months),
          attention: new Float32Array(),
        }))
      ),
    dispose: () => Promise.resolve(),
  };
}
