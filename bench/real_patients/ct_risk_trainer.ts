import { type ClinicalEncoding, clinicalEncoding, encodeClinical } from "@ctsurv/cohort/table/mod.ts";
import type { TrainingPatient } from "@ctsurv/features/mod.ts";
import { type CoxModel, coxSurvival, fitCox, HORIZON_MONTHS } from "@ctsurv/survival/mod.ts";
import { type ChosenCox, coxOnFeaturesTrainer, stratifiedFolds, type Trainer } from "@ctsurv/training/mod.ts";
import type { RealPatient } from "./cohort.ts";

/** A patient with clinical data and features of slices. */
export type ClinicalAndFeatures = RealPatient & TrainingPatient;

/** Cox regression on clinical covariates and one risk from the CT. */
interface CtRiskModel {
  readonly encoding: ClinicalEncoding;
  readonly cox: CoxModel;
  /** The CT's risk: fitted to all training patients. */
  readonly ct: ChosenCox;
}

const MONTHS = Array.from({ length: HORIZON_MONTHS + 1 }, (_, month) => month);
const INNER_FOLDS = 5;

/**
 * Cox regression on clinical covariates and the risk from the CT: that of a ridge Cox regression on the features. The
 * training patients' own risks come from inner folds, so that the second regression does not trust a risk that was
 * fitted to the same patients.
 *
 * @throws {InputError} From `train`, if too few patients died for the inner folds.
 */
export function ctRiskTrainer({ seed }: { readonly seed: number }): Trainer<ClinicalAndFeatures, CtRiskModel> {
  const trainer = coxOnFeaturesTrainer({ seed });
  const risks = async (ct: ChosenCox, patients: readonly ClinicalAndFeatures[]) =>
    (await trainer.predict(ct, patients)).map(({ survival }) => Math.log(-Math.log(clamped(survival.at(-1)!))));
  const fit = async (patients: readonly ClinicalAndFeatures[]) => (await trainer.train(patients)).parameters;
  return {
    async train(patients) {
      const folds = stratifiedFolds(patients.map(({ followUp }) => followUp.event), { folds: INNER_FOLDS, seed });
      const own = new Float64Array(patients.length);
      for (let fold = 0; fold < INNER_FOLDS; fold++) {
        const inner = [...patients.keys()].filter((i) => folds[i] !== fold);
        const outer = [...patients.keys()].filter((i) => folds[i] === fold);
        const found = await risks(await fit(inner.map((i) => patients[i]!)), outer.map((i) => patients[i]!));
        outer.forEach((i, k) => own[i] = found[k]!);
      }
      const encoding = clinicalEncoding(patients.map(({ record }) => record));
      const cox = fitCox({
        covariates: patients.map(({ record }, i) => [...encodeClinical(record, encoding), own[i]!]),
        months: patients.map(({ followUp }) => followUp.months),
        event: patients.map(({ followUp }) => followUp.event),
      });
      return { parameters: { encoding, cox, ct: await fit(patients) }, losses: [] };
    },
    async predict({ encoding, cox, ct }, patients) {
      const found = await risks(ct, patients);
      return patients.map(({ id, record }, i) => ({
        id,
        survival: coxSurvival(cox, [...encodeClinical(record, encoding), found[i]!], MONTHS),
        attention: new Float32Array(),
      }));
    },
    dispose: () => Promise.resolve(),
  };
}

/** Away from 0 and 1, whose log-log is not finite. */
function clamped(survival: number): number {
  return Math.min(Math.max(survival, 1e-9), 1 - 1e-9);
}
