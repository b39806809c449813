import { formatP } from "@ctsurv/base/mod.ts";
import {
  clinicalCovariates,
  type ClinicalEncoding,
  type ClinicalRecord,
  type MergedSpellings,
} from "@ctsurv/cohort/table/mod.ts";
import { table } from "@ctsurv/report/mod.ts";
import { type HazardRatio, hazardRatios, type LikelihoodRatio } from "@ctsurv/survival/mod.ts";
import type { ClinicalCox, CrossValidation } from "@ctsurv/training/mod.ts";

/** The result of a Cox regression for one covariate. */
export interface Covariate extends HazardRatio {
  readonly covariate: string;
  /** The level that it is compared with, or the size of one unit. */
  readonly against: string;
  /** Patients of the level; for a number, patients with a known value. */
  readonly patients: number;
  readonly coefficient: number;
  readonly standardError: number;
}

/** Each covariate, in the order of the coefficients. */
export function describeCovariates({ encoding, cox }: ClinicalCox, records: readonly ClinicalRecord[]): Covariate[] {
  const { age, numbers, categories } = encoding;
  const meanings = [
    ...age ? [{ against: `per ${age.std.toFixed(1)} years`, patients: records.length - age.unknown }] : [],
    ...numbers.map(({ std, unknown }) => ({
      against: `per ${std.toPrecision(3)}`,
      patients: records.length - unknown,
    })),
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

/** How unknown ages and rare levels were handled, one line each. */
export function describeEncoding({ age, numbers, categories }: ClinicalEncoding): string[] {
  const unknown = numbers.filter(({ unknown }) => unknown > 0);
  const rare = categories.flatMap(({ rare, reference }) =>
    rare.map(({ level, patients }) => `${level} (${patients}) as ${reference}`)
  );
  return [
    ...age && age.unknown > 0
      ? [`Age unknown for ${age.unknown} patients, replaced by the median, ${age.median.toFixed(1)} years`]
      : [],
    ...unknown.length > 0
      ? [
        `Unknown numbers, replaced by the median: ${
          unknown.slice(0, 5).map(({ name, unknown }) => `${name} of ${unknown} patients`).join(", ")
        }${unknown.length > 5 ? ` and ${unknown.length - 5} more` : ""}`,
      ]
      : [],
    ...rare.length > 0 ? [`Rare levels, merged with the most frequent one: ${rare.join(", ")}`] : [],
  ];
}

/** Words that count as one level, one line each. */
export function describeSpellings(merged: readonly MergedSpellings[]): string[] {
  const titles = { overallStage: "stage", histology: "histology", gender: "sex" };
  return merged.map(({ column, spellings }) =>
    `One level of ${titles[column]}, ${spellings[0]!.level}, is spelt ${
      spellings.map(({ level, patients }) => `${level} (${patients})`).join(", ")
    }`
  );
}

/** Hazard ratios as a printed table. */
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

/** The likelihood-ratio test as a line. */
export function likelihoodRatioLine(test: LikelihoodRatio | null): string {
  return test === null
    ? "No likelihood-ratio test: under a ridge the statistic has no chi-square distribution"
    : `Likelihood-ratio test: chi-square ${test.statistic.toFixed(2)}, ${test.degreesOfFreedom} df, ${
      formatP(test.p, 4)
    }`;
}

/** Concordance and AUC of each model as a printed table. */
export function resultTable(rows: readonly (readonly [name: string, result: CrossValidation])[]): string {
  const within = ({ ctdWithinFolds }: CrossValidation) => ctdWithinFolds.pre.risk;
  const range = (of: { readonly low: number; readonly high: number } | null | undefined) =>
    of ? `${of.low.toFixed(3)} to ${of.high.toFixed(3)}` : null;
  return table(rows, [
    { label: "Model", value: ([name]) => name },
    { label: "Within folds", value: ([, result]) => within(result).value, decimals: 3 },
    { label: "95 % interval", value: ([, result]) => range(within(result).interval) },
    { label: "Mean", value: ([, { mean }]) => mean, decimals: 3 },
    { label: "Std (n - 1)", value: ([, { stdSample }]) => stdSample, decimals: 3 },
    { label: "Pooled", value: ([, { pooled }]) => pooled.pre.risk.value, decimals: 3 },
    { label: "95 % interval", value: ([, { interval }]) => range(interval) },
    { label: "AUC(24)", value: ([, { atHorizon }]) => atHorizon.auc.value, decimals: 3 },
    { label: "95 % interval", value: ([, { atHorizon }]) => range(atHorizon.auc.interval) },
  ]).text;
}
