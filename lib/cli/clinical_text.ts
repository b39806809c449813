import { clinicalCovariates, type ClinicalEncoding, type ClinicalRecord } from "@ctsurv/cohort/mod.ts";
import { table } from "@ctsurv/report/mod.ts";
import { type HazardRatio, hazardRatios } from "@ctsurv/survival/mod.ts";
import type { ClinicalCox, CrossValidation } from "@ctsurv/training/mod.ts";

/** What a Cox regression says of one covariate. */
export interface Covariate extends HazardRatio {
  readonly covariate: string;
  /** Of which level this is against, or what one unit is. */
  readonly against: string;
  /** Who are of the level; of a number, those with a known one. */
  readonly patients: number;
  readonly coefficient: number;
  readonly standardError: number;
}

/** Each covariate, in the order of the coefficients. */
export function describeCovariates({ encoding, cox }: ClinicalCox, records: readonly ClinicalRecord[]): Covariate[] {
  const { age, categories } = encoding;
  const meanings = [
    ...age ? [{ against: `per ${age.std.toFixed(1)} years`, patients: records.length - age.unknown }] : [],
    ...categories.flatMap(({ levels, reference }) =>
      levels.map(({ patients }) => ({ against: `against ${reference}`, patients }))
    ),
  ];
  const ratios = hazardRatios(cox);
  return clinicalCovariates(encoding).map((covariate, k) => ({
    covariate,
    ...meanings[k]!,
    coefficient: cox.coefficients[k]!,
    standardError: cox.standardErrors[k]!,
    ...ratios[k]!,
  }));
}

/** What was done about unknown ages and rare levels, a line each. */
export function describeEncoding({ age, categories }: ClinicalEncoding): string[] {
  const rare = categories.flatMap(({ rare, reference }) =>
    rare.map(({ level, patients }) => `${level} (${patients}) as ${reference}`)
  );
  return [
    ...age && age.unknown > 0
      ? [`Age unknown: ${age.unknown}, taken as the median, ${age.median.toFixed(1)} years`]
      : [],
    ...rare.length > 0 ? [`Too few to tell, counted with the most frequent: ${rare.join(", ")}`] : [],
  ];
}

/** Hazard ratios for people. */
export function covariateTable(covariates: readonly Covariate[]): string {
  return table(covariates, [
    { label: "Covariate", value: ({ covariate }) => covariate },
    { label: "", value: ({ against }) => against },
    { label: "Patients", value: ({ patients }) => patients },
    { label: "Hazard ratio", value: ({ ratio }) => ratio, decimals: 3 },
    { label: "95 % from", value: ({ low }) => low, decimals: 3 },
    { label: "to", value: ({ high }) => high, decimals: 3 },
    { label: "Coefficient", value: ({ coefficient }) => coefficient, decimals: 4 },
    { label: "Std. error", value: ({ standardError }) => standardError, decimals: 4 },
  ]).text;
}

/** Concordance of each model for people. */
export function resultTable(rows: readonly (readonly [name: string, result: CrossValidation])[]): string {
  return table(rows, [
    { label: "Model", value: ([name]) => name },
    { label: "Mean", value: ([, { mean }]) => mean, decimals: 3 },
    { label: "Std (n - 1)", value: ([, { stdSample }]) => stdSample, decimals: 3 },
    { label: "Pooled", value: ([, { pooled }]) => pooled.pre.risk.value, decimals: 3 },
    { label: "95 % from", value: ([, { interval }]) => interval?.low, decimals: 3 },
    { label: "to", value: ([, { interval }]) => interval?.high, decimals: 3 },
  ]).text;
}
