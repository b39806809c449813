import {
  clinicalCovariates,
  type ClinicalEncoding,
  clinicalEncoding,
  type ClinicalEncodingOptions,
  type ClinicalRecord,
  encodeClinical,
} from "@ctsurv/cohort/mod.ts";
import { type CoxModel, type CoxOptions, coxSurvival, fitCox } from "@ctsurv/survival/mod.ts";
import { horizonMonths } from "./embed_cohort.ts";
import type { LabelledPatient, Trainer } from "./trainer.ts";

/** A patient of whom only the clinical record is looked at. */
export interface ClinicalPatient extends LabelledPatient {
  readonly record: ClinicalRecord;
}

/** Cox's model of clinical covariates. */
export interface ClinicalCox {
  readonly encoding: ClinicalEncoding;
  readonly cox: CoxModel;
}

/** Options of {@linkcode coxTrainer}. */
export interface CoxTrainerOptions extends ClinicalEncodingOptions, Pick<CoxOptions, "ridge"> {}

/**
 * The clinical baseline: Cox's proportional hazards on age, stage, histology and sex. What there is to learn of the
 * covariates, such as the median age, is learnt from the patients it is fitted to.
 */
export function coxTrainer({ ridge, ...options }: CoxTrainerOptions = {}): Trainer<ClinicalPatient, ClinicalCox> {
  const months = Array.from({ length: horizonMonths + 1 }, (_, month) => month);
  return {
    fit: (patients) =>
      Promise.try(() => {
        const encoding = clinicalEncoding(patients.map(({ record }) => record), options);
        const cox = fitCox({
          covariates: patients.map(({ record }) => encodeClinical(record, encoding)),
          months: patients.map(({ followUp }) => followUp.months),
          event: patients.map(({ followUp }) => followUp.event),
        }, { ...ridge !== undefined && { ridge }, names: clinicalCovariates(encoding) });
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
