import {
  clinicalCovariates,
  clinicalEncoding,
  type ClinicalEncodingOptions,
  encodeClinical,
} from "@ctsurv/cohort/table/mod.ts";
import { fitCox, type HazardRatio, hazardRatios, type LikelihoodRatio, likelihoodRatio } from "@ctsurv/survival/mod.ts";
import type { ClinicalPatient } from "../clinical_trainers.ts";
import type { OutOfFoldPrediction } from "../cross_validation/fold_outcome.ts";
import { riskOf } from "./out_of_fold_risks.ts";

/** What the risk from the CT adds to clinical covariates. */
export interface AddedValue {
  /**
   * Likelihood-ratio test of Cox regression with the risk against the same without it, one degree of freedom: what papers
   * report. Its p-value is too small, see {@linkcode addedValue}.
   */
  readonly test: LikelihoodRatio;
  /** p-value that allows for risks from a cross-validation; one-sided: the risk adds if it points to earlier death. */
  readonly p: number;
  /** Hazard ratio for one standard deviation of the risk, beside the clinical covariates. */
  readonly hazardRatio: HazardRatio;
  /** Names of the covariates that stand beside the risk. */
  readonly covariates: readonly string[];
}

/**
 * Tests whether the CT's out-of-fold risk tells of survival what the clinical covariates do not: Cox regression on all
 * patients, with and without the risk, stratified by the fold whose model predicted the patient. Follow-up counts up to 24
 * months, as for all models here.
 *
 * The usual p-value takes the risks for a covariate that was measured. But the model of fold k has learnt from the
 * patients of fold l, and that of l from those of k. Near no effect, each pair of folds therefore enters the score twice
 * with the same number, which doubles its variance and leaves its mean at 0. The p-value that allows for it halves the
 * statistic:
 *
 *     p = 1 - Phi(sqrt(LR / 2)) for a hazard ratio above 1, Phi(sqrt(LR / 2)) for one below
 *
 * Of 1,000 cohorts of 100 patients with five features that said nothing, 188 had a usual p below 0.05, 138 of them for a
 * risk that pointed the wrong way. 31 had this one below 0.05.
 *
 * @param patients With their clinical records.
 * @param predictions Of the CT alone, for the same patients in the same order.
 * @throws {InputError} If Cox regression refuses the covariates, such as of too few patients.
 */
export function addedValue(
  patients: readonly ClinicalPatient[],
  predictions: readonly Pick<OutOfFoldPrediction, "survival" | "fold">[],
  options: ClinicalEncodingOptions = {},
): AddedValue {
  const encoding = clinicalEncoding(patients.map(({ record }) => record), options);
  const covariates = clinicalCovariates(encoding);
  const clinical = patients.map(({ record }) => encodeClinical(record, encoding));
  const risks = standardised(Float64Array.from(predictions, ({ survival }) => riskOf(survival)));
  const strata = predictions.map(({ fold }) => fold);
  const followed = {
    months: patients.map(({ followUp }) => followUp.months),
    event: patients.map(({ followUp }) => followUp.event),
  };
  const without = fitCox({ covariates: clinical, ...followed }, { names: covariates, strata });
  const both = fitCox({ covariates: clinical.map((row, i) => [...row, risks[i]!]), ...followed }, {
    names: [...covariates, "risk from the CT"],
    strata,
  });
  const test = likelihoodRatio(both, without);
  const logLikelihood = (without.logLikelihood + both.logLikelihood) / 2;
  const { p: twoSided } = likelihoodRatio({ ...both, logLikelihood }, without);
  return {
    test,
    p: both.coefficients.at(-1)! > 0 ? twoSided / 2 : 1 - twoSided / 2,
    hazardRatio: hazardRatios(both).at(-1)!,
    covariates,
  };
}

function standardised(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return values.map((value) => (value - mean) / std);
}
