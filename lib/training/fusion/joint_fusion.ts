import { memoise } from "@ctsurv/base/mod.ts";
import type { ClinicalEncodingOptions, MeasuredRecord } from "@ctsurv/cohort/table/mod.ts";
import type { HostTensor } from "@ctsurv/engine/mod.ts";
import type { TrainingPatient } from "@ctsurv/features/mod.ts";
import type { SurvivalHead } from "@ctsurv/nn/mod.ts";
import type { HeadTrainer } from "../head_trainer.ts";
import type { Trainer } from "../trainer.ts";
import { type ClinicalVector, clinicalVector, encodeClinicalVector } from "./clinical_vector.ts";

/** A patient with features of the CT and a clinical record. */
export interface FusionPatient extends TrainingPatient {
  /** Row of the clinical table, and measurements beside it. */
  readonly record: MeasuredRecord;
}

/** A survival head on CT and clinical data together. */
export interface JointFusion {
  /** How a record becomes the clinical vector. */
  readonly vector: ClinicalVector;
  /** The head, whose DeepHit takes the patient vector and the clinical vector. */
  readonly head: SurvivalHead<HostTensor>;
}

/**
 * Joint fusion: the clinical vector stands beside the patient vector before DeepHit, and one loss trains all of the head.
 *
 *     z = sum_k a_k s_k,  logits = DeepHit([z, c])
 *
 * Attention weighs slices without seeing the clinical vector c. How a record becomes c is learnt from the patients of each
 * training, see {@linkcode clinicalVector}.
 *
 * @example
 * ```ts
 * import { onnxEngine } from "@ctsurv/ctsurv/engine";
 * import { headTrainer, jointFusionTrainer } from "@ctsurv/ctsurv/training";
 * import { assert } from "@std/assert";
 *
 * // The slices say nothing; the older the patient, the sooner the death.
 * const unknown = { tStage: null, nStage: null, mStage: null, overallStage: null, histology: null, gender: null };
 * const patients = Array.from({ length: 8 }, (_, i) => ({
 *   id: `P${i}`,
 *   slices: 1,
 *   features: Float32Array.of(Math.sin(40 * i), 1),
 *   followUp: { months: 18 - 2 * i, event: 1 as const },
 *   record: { ...unknown, patient: `P${i}`, age: 50 + 4 * i, survivalDays: 30 * (18 - 2 * i), dead: true },
 * }));
 * const engine = onnxEngine({ threads: 1 });
 * const shape = { backboneFeatures: 2, embedding: 4, layers: 1, width: 4 };
 * const options = { epochs: 20, batchSize: 4, dropout: 0, learningRate: .03, seed: 1 };
 * const trainer = jointFusionTrainer((clinical) => headTrainer(engine, { ...shape, clinical }, options));
 * const { parameters } = await trainer.train(patients);
 * const predictions = await trainer.predict(parameters, patients);
 * assert(predictions[0]!.survival[12]! > predictions[7]!.survival[12]!);
 * await trainer.dispose();
 * ```
 *
 * @param headFor Makes a trainer of heads with so many clinical covariates. Trainings can differ in their number: levels
 *   and indicators are those that are frequent among the patients. It is also asked for a head without any.
 * @param options The clinical covariates, by default those of the clinical baseline.
 * @throws {InputError} From `train`, if the patients do not differ in any covariate, or the loss becomes NaN.
 */
export function jointFusionTrainer(
  headFor: (clinical: number) => HeadTrainer,
  options: ClinicalEncodingOptions = {},
): Trainer<FusionPatient, JointFusion> {
  const trainers = memoise(headFor);
  const { concurrency = 1, constantLoss } = trainers.get(0);
  const encoded = (patients: readonly FusionPatient[], vector: ClinicalVector): TrainingPatient[] =>
    patients.map(({ record, ...patient }) => ({ ...patient, clinical: encodeClinicalVector(record, vector) }));
  return {
    concurrency,
    async train(patients, onEpoch, of) {
      const vector = clinicalVector(patients.map(({ record }) => record), options);
      const trainer = trainers.get(vector.mean.length);
      const { parameters, ...trained } = await trainer.train(encoded(patients, vector), onEpoch, of);
      return { parameters: { vector, head: parameters }, ...trained };
    },
    ...constantLoss && { constantLoss },
    predict: ({ vector, head }, patients) => trainers.get(vector.mean.length).predict(head, encoded(patients, vector)),
    async dispose() {
      for (const trainer of trainers.values()) await trainer.dispose();
    },
  };
}
