import {
  type ClinicalEncoding,
  clinicalEncoding,
  type ClinicalEncodingOptions,
  encodeClinical,
} from "@ctsurv/cohort/mod.ts";
import type { Engine, HostTensor } from "@ctsurv/engine/mod.ts";
import type { SurvivalHead } from "@ctsurv/nn/mod.ts";
import type { ClinicalPatient } from "./cox_trainer.ts";
import type { FitOptions } from "./fit_options.ts";
import { headTrainer } from "./head_trainer.ts";
import { memoise } from "./memoise.ts";
import type { Trainer } from "./trainer.ts";
import type { TrainingPatient } from "./training_patient.ts";

/** A survival head on clinical covariates. */
export interface ClinicalDeepHit {
  readonly encoding: ClinicalEncoding;
  readonly head: SurvivalHead<HostTensor>;
}

/**
 * The survival head without images: a patient is one "slice", whose features are the covariates of the clinical
 * baseline. It is trained as the heads on images are.
 */
export function clinicalDeepHitTrainer(
  engine: Engine,
  options: FitOptions,
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
    async fit(patients, onEpoch) {
      const encoding = clinicalEncoding(patients.map(({ record }) => record), encodingOptions);
      const given = encoded(patients, encoding);
      const { parameters, losses } = await trainerOf(given).fit(given, onEpoch);
      return { parameters: { encoding, head: parameters }, losses };
    },
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
