import {
  clinicalCovariates,
  type ClinicalEncoding,
  clinicalEncoding,
  encodeClinical,
} from "@ctsurv/cohort/table/mod.ts";
import type { TrainingPatient } from "@ctsurv/features/mod.ts";
import { type CoxModel, coxSurvival, fitCox, HORIZON_MONTHS } from "@ctsurv/survival/mod.ts";
import type { CoxTrainerOptions } from "../clinical_trainers.ts";
import type { Trained, Trainer } from "../trainer.ts";
import type { FusionPatient } from "./joint_fusion.ts";
import { outOfFoldRisks, riskOf } from "./out_of_fold_risks.ts";

/** Cox's model of clinical covariates and one risk from the CT. */
export interface LateFusion<Ct> {
  /** How a clinical record becomes covariates. */
  readonly encoding: ClinicalEncoding;
  /** The fitted model; its last covariate is the CT's risk. */
  readonly cox: CoxModel;
  /** What gives the risk: trained on all patients of the training. */
  readonly ct: Ct;
}

/** Options of {@linkcode lateFusionTrainer}: those of the clinical baseline, and the inner folds. */
export interface LateFusionOptions extends CoxTrainerOptions {
  /** Inner folds of a training. Each costs a training of the CT's model. @default {5} */
  readonly innerFolds?: number;
  /** Seed of the inner folds. @default {42} */
  readonly seed?: number;
}

/** Inner folds of a training of late fusion. */
export const INNER_FOLDS = 5;

const MONTHS = Array.from({ length: HORIZON_MONTHS + 1 }, (_, month) => month);

/**
 * Late fusion: the risk that a model reads from the CT is one covariate of Cox regression, beside the clinical covariates.
 *
 * A model knows the patients that it was trained on too well, so a regression on their risks would trust the CT too much.
 * The risks of the training patients therefore come from inner folds ({@linkcode outOfFoldRisks}), within which the
 * regression compares patients; the test patients' come from a model of the same kind on all training patients. In a
 * cross-validation both happen inside the training fold: neither the risks, nor the encoding, nor the regression of a fold
 * sees an outcome of the patients whom it tests.
 *
 * @example
 * ```ts
 * import { coxOnFeaturesTrainer, lateFusionTrainer } from "@ctsurv/ctsurv/training";
 * import { assert } from "@std/assert";
 *
 * const unknown = { tStage: null, nStage: null, mStage: null, overallStage: null, histology: null, gender: null };
 * const patients = Array.from({ length: 40 }, (_, i) => {
 *   const [ct, age] = [Math.sin(7 * i), 60 + 10 * Math.cos(11 * i)];
 *   const months = 12 - 6 * ct - .3 * (age - 60) + 2 * Math.sin(50 * i);
 *   return {
 *     id: `P${i}`,
 *     slices: 1,
 *     features: Float32Array.of(ct, Math.cos(40 * i)),
 *     followUp: { months, event: 1 as const },
 *     record: { ...unknown, patient: `P${i}`, age, survivalDays: 30 * months, dead: true },
 *   };
 * });
 * const trainer = lateFusionTrainer(coxOnFeaturesTrainer(), { covariates: ["age"] });
 * const { parameters: { cox } } = await trainer.train(patients);
 * assert(cox.coefficients.every((coefficient) => coefficient > 0)); // of the age, and of the risk from the CT
 * ```
 *
 * @param ct Trains and applies the model of the CT.
 * @throws {InputError} From `train`, if there are too few patients or deaths for the inner folds, or Cox regression refuses
 *   the covariates.
 */
export function lateFusionTrainer<Ct>(
  ct: Trainer<TrainingPatient, Ct>,
  { innerFolds = INNER_FOLDS, seed = 42, ridge, ridgeName, ...options }: LateFusionOptions = {},
): Trainer<FusionPatient, LateFusion<Ct>> {
  return {
    ...ct.concurrency !== undefined && { concurrency: ct.concurrency },
    async train(patients, onEpoch, of): Promise<Trained<LateFusion<Ct>>> {
      const images = patients.map(withoutRecord);
      const counted = countEpochs(onEpoch);
      const inner = { folds: innerFolds, seed, ...counted && { onEpoch: counted }, of };
      const { risks, folds } = await outOfFoldRisks(ct, images, inner);
      const { parameters, ...trained } = await ct.train(images, counted, of);
      const encoding = clinicalEncoding(patients.map(({ record }) => record), options);
      const cox = fitCox({
        covariates: patients.map(({ record }, i) => [...encodeClinical(record, encoding), risks[i]!]),
        months: patients.map(({ followUp }) => followUp.months),
        event: patients.map(({ followUp }) => followUp.event),
      }, {
        ...ridge !== undefined && { ridge },
        ...ridgeName !== undefined && { ridgeName },
        names: [...clinicalCovariates(encoding), "risk from the CT"],
        strata: folds,
      });
      return { parameters: { encoding, cox, ct: parameters }, ...trained };
    },
    ...ct.constantLoss && { constantLoss: (patients) => ct.constantLoss!(patients) },
    async predict({ encoding, cox, ct: model }, patients) {
      const seen = await ct.predict(model, patients.map(withoutRecord));
      return patients.map(({ id, record }, i) => ({
        id,
        survival: coxSurvival(cox, [...encodeClinical(record, encoding), riskOf(seen[i]!.survival)], MONTHS),
        attention: seen[i]!.attention,
      }));
    },
    dispose: () => ct.dispose(),
  };
}

/** What the CT's model sees of a patient; a training of it is the same file as one without clinical data. */
function withoutRecord({ record: _, ...images }: FusionPatient): TrainingPatient {
  return images;
}

/** Numbers the epochs of several trainings on, from 1. */
function countEpochs(onEpoch: ((epoch: number, loss: number) => void) | undefined): typeof onEpoch {
  let epochs = 0;
  return onEpoch && ((_, loss) => onEpoch(++epochs, loss));
}
