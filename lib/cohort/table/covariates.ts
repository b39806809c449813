import { InputError } from "@ctsurv/base/mod.ts";
import type { ClinicalRecord } from "./clinical.ts";

/** A clinical record with further numbers, such as the volume of the tumour or the columns of a table of features. */
export interface MeasuredRecord extends ClinicalRecord {
  /** By name; null for an unknown number. A name that is missing is unknown too. */
  readonly measurements?: Readonly<Record<string, number | null>>;
}

/** The covariates of the clinical record by their short names. T, N and M count as numbers, the last three as levels. */
export const CLINICAL_COVARIATES = {
  age: "age",
  t: "tStage",
  n: "nStage",
  m: "mStage",
  stage: "overallStage",
  histology: "histology",
  sex: "gender",
} as const satisfies Readonly<Record<string, keyof ClinicalRecord>>;

/** A short name in {@linkcode CLINICAL_COVARIATES}. */
export type ClinicalCovariate = keyof typeof CLINICAL_COVARIATES;

/**
 * Sets of covariates by name. `clinical` is the baseline. `overall-stage` is what it was in ctsurv 0.1.0. `everything`
 * has all that a table like LUNG1's says of a patient, although the overall stage follows from T, N and M.
 */
export const COVARIATE_SETS = {
  clinical: ["age", "t", "n", "sex"],
  "overall-stage": ["age", "stage", "histology", "sex"],
  everything: ["age", "t", "n", "m", "stage", "histology", "sex"],
} as const satisfies Readonly<Record<string, readonly ClinicalCovariate[]>>;

/** Whether a word is a short name of {@linkcode CLINICAL_COVARIATES}. */
export function isClinicalCovariate(name: string): name is ClinicalCovariate {
  return Object.hasOwn(CLINICAL_COVARIATES, name);
}

/**
 * The covariates that a list of names stands for. A name is that of a set, of a clinical covariate, or of a measurement.
 *
 * @example
 * ```ts
 * import { covariateNames } from "@ctsurv/ctsurv/cohort/table";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(covariateNames(["clinical", "volume"], { measurements: ["volume"] }), ["age", "t", "n", "sex", "volume"]);
 * assertThrows(() => covariateNames(["weight"]), Error, 'There is no covariate "weight"');
 * ```
 *
 * @param options.measurements Names that are allowed beside those of the clinical record.
 * @returns Each name once.
 * @throws {InputError} If a name is unknown; the message lists those that there are.
 */
export function covariateNames(
  names: readonly string[],
  { measurements = [] }: { readonly measurements?: readonly string[] } = {},
): string[] {
  const known = new Set<string>(measurements);
  const all = names.flatMap((name): readonly string[] => {
    const plain = name.toLowerCase();
    if (known.has(name)) return [name];
    if (isClinicalCovariate(plain)) return [plain];
    if (Object.hasOwn(COVARIATE_SETS, plain)) return COVARIATE_SETS[plain as keyof typeof COVARIATE_SETS];
    if (known.has(plain)) return [plain];
    throw new InputError(
      `There is no covariate "${name}". Covariates are ${
        [...Object.keys(CLINICAL_COVARIATES), ...measurements].join(", ")
      }; sets of them are ${Object.keys(COVARIATE_SETS).join(", ")}`,
    );
  });
  return [...new Set(all)];
}

/**
 * The number in a T, N or M stage: 2 for "2", "T2a" and "cT2", 0 for "Tis". Null for "X" and whatever has no number: it
 * counts as unknown.
 */
export function stageNumber(stage: string | null): number | null {
  const plain = (stage ?? "").trim().toLowerCase().replace(/^(y?[cp])?[tnm]?/, "");
  if (plain === "is") return 0;
  const digit = /^\d+(?:\.0)?(?=$|[^\d.])/.exec(plain);
  return digit ? Number(digit[0]) : null;
}
