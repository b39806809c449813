import { InputError, median } from "@ctsurv/base/mod.ts";
import type { ClinicalRecord } from "./clinical.ts";
import { CLINICAL_COVARIATES, COVARIATE_SETS, type MeasuredRecord, stageNumber } from "./covariates.ts";

/** How clinical records become covariates of a regression. */
export interface ClinicalEncoding {
  /** Null if no age is known, or all are the same. */
  readonly age: AgeEncoding | null;
  /** T, N, M and measurements, in the order in which they were asked for, without those that do not differ. */
  readonly numbers: readonly NumberEncoding[];
  /** Overall stage, histology and gender, in this order, as far as they were asked for. */
  readonly categories: readonly CategoryEncoding[];
}

/** How a number becomes a covariate: (number - mean) / std. An unknown number counts as the median. */
export interface AgeEncoding {
  /** Median of the known numbers; of ages, years. */
  readonly median: number;
  /** Mean, with the median in place of unknown numbers. */
  readonly mean: number;
  /** Standard deviation with divisor n, with the median in place of unknown numbers. */
  readonly std: number;
  /** Patients whose number is unknown. */
  readonly unknown: number;
}

/** How a stage or a measurement becomes a covariate; see {@linkcode AgeEncoding}. */
export interface NumberEncoding extends AgeEncoding {
  /** `t`, `n`, `m` or the name of a measurement. */
  readonly name: string;
}

/** A categorical column. Each level except the reference becomes a covariate that is 0 or 1. */
export interface CategoryEncoding {
  /** The field of the clinical record. */
  readonly column: "overallStage" | "histology" | "gender";
  /** The most frequent level. */
  readonly reference: string;
  /** The other levels that are frequent enough, in the order of their names. */
  readonly levels: readonly Level[];
  /** Levels of too few patients, which count as the reference. */
  readonly rare: readonly Level[];
}

/** A level of a category, and how frequent it is. */
export interface Level {
  /** The word in the table, of several spellings the most frequent; "unknown" for NA. */
  readonly level: string;
  /** How many patients have it. */
  readonly patients: number;
}

/** Options of {@linkcode clinicalEncoding}. */
export interface ClinicalEncodingOptions {
  /**
   * Levels with fewer patients count as the reference: the effect of two or three patients cannot be estimated, and may
   * have no finite estimate. @default {10}
   */
  readonly rareBelow?: number;
  /**
   * Names of covariates: those of `CLINICAL_COVARIATES`, and measurements of the records. @default {age, T, N and sex;
   * for patients of whom neither T nor N is known, age, overall stage and sex}
   */
  readonly covariates?: readonly string[];
}

/** The level for NA, which is a level like any other. */
const UNKNOWN = "unknown";

/** Words for a sex, beside "male" and "female". "W" is a woman where "M" is a man. */
const sexes: Readonly<Record<string, string>> = { m: "male", man: "male", f: "female", w: "female", woman: "female" };

/**
 * What the spellings of a level have in common: upper and lower case and blanks make no difference, nor does "stage"
 * before a stage. "M" is male and "F" female.
 */
function levelKey(column: CategoryEncoding["column"], word: string | null): string {
  const plain = (word ?? UNKNOWN).toLowerCase().replace(/\s+/g, " ").trim();
  if (column === "gender") return sexes[plain] ?? plain;
  return column === "overallStage" ? plain.replace(/^stage ?/, "").replace(/ |\.0$/g, "") : plain;
}

const COLUMNS = ["overallStage", "histology", "gender"] as const;
const titles = { overallStage: "stage", histology: "histology", gender: "sex" };
const stages: Readonly<Record<string, "tStage" | "nStage" | "mStage">> = { t: "tStage", n: "nStage", m: "mStage" };

/**
 * The covariates of the clinical baseline for these patients: age, T, N and sex. Where a table has neither T nor N, the
 * overall stage takes their place.
 */
export function usualCovariates(records: readonly ClinicalRecord[]): readonly string[] {
  const isStaged = records.some(({ tStage, nStage }) => stageNumber(tStage) !== null || stageNumber(nStage) !== null);
  return isStaged ? COVARIATE_SETS.clinical : ["age", "stage", "sex"];
}

/**
 * Learns the covariates of the clinical baseline from some patients: by default age, T, N and sex. T, N and M are
 * numbers, which takes one coefficient each: a stage further has the same effect wherever it is. Overall stage,
 * histology and sex are levels.
 *
 * @throws {InputError} If these are the same in all patients.
 *
 * @example
 * ```ts
 * import { clinicalCovariates, clinicalEncoding } from "@ctsurv/ctsurv/cohort/table";
 * import { assertEquals } from "@std/assert";
 *
 * const patient = {
 *   patient: "A",
 *   ...{ tStage: "2", nStage: "0", mStage: null, overallStage: "I", histology: null, gender: "male" },
 *   ...{ age: 60, survivalDays: 547, dead: true },
 * };
 * const records = [patient, { ...patient, age: 70, gender: "female" }, { ...patient, age: 80, tStage: "T4" }];
 *
 * const encoding = clinicalEncoding(records, { rareBelow: 1 });
 * assertEquals(clinicalCovariates(encoding), ["age", "T", "sex female"]); // N is the same in all
 * assertEquals(encoding.age?.mean, 70);
 * assertEquals(encoding.categories[0]?.reference, "male");
 *
 * const withVolume = records.map((record, i) => ({ ...record, measurements: { volume: 10 * i } }));
 * const { numbers } = clinicalEncoding(withVolume, { covariates: ["volume"] });
 * assertEquals(numbers.map(({ name, mean }) => [name, mean]), [["volume", 10]]);
 * ```
 */
export function clinicalEncoding(
  records: readonly MeasuredRecord[],
  { rareBelow = 10, covariates = usualCovariates(records) }: ClinicalEncodingOptions = {},
): ClinicalEncoding {
  const wanted = new Set(covariates);
  const encoding: ClinicalEncoding = {
    age: wanted.has("age") ? numberEncoding(records.map(({ age }) => age)) : null,
    numbers: [...wanted].filter(isNumber).flatMap((name) => {
      const found = numberEncoding(records.map((record) => numberOf(record, name)));
      return found ? [{ name, ...found }] : [];
    }),
    categories: COLUMNS.filter((column) => wanted.has(titles[column])).map((column) =>
      categoryEncoding(records, column, rareBelow)
    ),
  };
  if (clinicalCovariates(encoding).length > 0) return encoding;
  const names = [...wanted].map((name) =>
    isNumber(name) ? numberTitle(name) : name === "stage" ? "overall stage" : name
  );
  throw new InputError(
    `The ${records.length} patients do not differ in ${names.slice(0, 10).join(", ")}${
      names.length > 10 ? ` and ${names.length - 10} more` : ""
    }, so there is nothing to predict from. A level counts only if at least ${rareBelow} patients have it`,
  );
}

/** Whether a covariate is a number other than the age. */
function isNumber(name: string): boolean {
  return Object.hasOwn(stages, name) || !Object.hasOwn(CLINICAL_COVARIATES, name);
}

function numberOf(record: MeasuredRecord, name: string): number | null {
  const stage = stages[name];
  return stage === undefined ? record.measurements?.[name] ?? null : stageNumber(record[stage]);
}

function numberTitle(name: string): string {
  return Object.hasOwn(stages, name) ? name.toUpperCase() : name;
}

function numberEncoding(numbers: readonly (number | null)[]): AgeEncoding | null {
  const known = numbers.filter((x) => x !== null);
  if (known.length === 0) return null;
  const middle = median(known);
  const all = numbers.map((x) => x ?? middle);
  const mean = all.reduce((sum, x) => sum + x, 0) / all.length;
  const std = Math.sqrt(all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / all.length);
  // The mean of equal numbers is rounded, so that they can differ from it.
  return std > 1e-12 * Math.abs(mean) ? { median: middle, mean, std, unknown: numbers.length - known.length } : null;
}

function categoryEncoding(
  records: readonly ClinicalRecord[],
  column: CategoryEncoding["column"],
  rareBelow: number,
): CategoryEncoding {
  const byName = levelsOf(records, column).map((spellings): Level => ({
    level: spellings[0]!.level,
    patients: spellings.reduce((sum, { patients }) => sum + patients, 0),
  })).sort((a, b) => a.level < b.level ? -1 : 1);
  const reference = byName.reduce((most, one) => one.patients > most.patients ? one : most);
  const others = byName.filter((one) => one !== reference);
  return {
    column,
    reference: reference.level,
    levels: others.filter(({ patients }) => patients >= rareBelow),
    rare: others.filter(({ patients }) => patients < rareBelow),
  };
}

/** The levels of a column, each as its spellings, the most frequent first. */
function levelsOf(records: readonly ClinicalRecord[], column: CategoryEncoding["column"]): readonly Level[][] {
  const levels = new Map<string, Map<string, number>>();
  for (const record of records) {
    const [word, key] = [record[column] ?? UNKNOWN, levelKey(column, record[column])];
    const spellings = levels.get(key) ?? new Map<string, number>();
    levels.set(key, spellings.set(word, (spellings.get(word) ?? 0) + 1));
  }
  return [...levels.values()].map((spellings) =>
    [...spellings].map(([level, patients]) => ({ level, patients }))
      .sort((a, b) => b.patients - a.patients || (a.level < b.level ? -1 : 1))
  );
}

/** Words of a column that count as one level. */
export interface MergedSpellings {
  /** The field of the clinical record. */
  readonly column: CategoryEncoding["column"];
  /** The most frequent word first; it names the level. */
  readonly spellings: readonly Level[];
}

/**
 * The words that {@linkcode clinicalEncoding} takes for one level although they are spelt differently, such as IIIa and
 * IIIA, or male and M.
 *
 * @example
 * ```ts
 * import { mergedSpellings } from "@ctsurv/ctsurv/cohort/table";
 * import { assertEquals } from "@std/assert";
 *
 * const patient = {
 *   patient: "A",
 *   ...{ tStage: null, nStage: null, mStage: null, overallStage: "IIIa", histology: null, gender: "male" },
 *   ...{ age: 60, survivalDays: 547, dead: true },
 * };
 * const [stage] = mergedSpellings([patient, { ...patient, overallStage: "IIIA" }, patient]);
 * assertEquals(stage?.spellings, [{ level: "IIIa", patients: 2 }, { level: "IIIA", patients: 1 }]);
 * ```
 */
export function mergedSpellings(records: readonly ClinicalRecord[]): MergedSpellings[] {
  return COLUMNS.flatMap((column) =>
    levelsOf(records, column).filter((spellings) => spellings.length > 1).map((spellings) => ({ column, spellings }))
  );
}

/**
 * The names of the covariates, in the order of {@linkcode encodeClinical}: `age`, `T`, `volume`, `sex male`, …
 *
 * @example
 * ```ts
 * import { clinicalCovariates } from "@ctsurv/ctsurv/cohort/table";
 * import { assertEquals } from "@std/assert";
 *
 * const names = clinicalCovariates({
 *   age: { median: 70, mean: 70, std: 10, unknown: 0 },
 *   numbers: [{ name: "t", median: 2, mean: 2.4, std: 1.1, unknown: 0 }],
 *   categories: [{
 *     column: "gender",
 *     reference: "male",
 *     levels: [{ level: "female", patients: 120 }],
 *     rare: [],
 *   }],
 * });
 * assertEquals(names, ["age", "T", "sex female"]);
 * ```
 */
export function clinicalCovariates({ age, numbers, categories }: ClinicalEncoding): string[] {
  return [
    ...age ? ["age"] : [],
    ...numbers.map(({ name }) => numberTitle(name)),
    ...categories.flatMap(({ column, levels }) => levels.map(({ level }) => `${titles[column]} ${level}`)),
  ];
}

/**
 * A patient's covariates. A level that the encoding does not know, or finds too rare, counts as the reference. Spellings
 * of a level that differ only in case, such as IIIa and IIIA, are one, and so are male and M, female and F.
 *
 * @returns [covariates]
 *
 * @example
 * ```ts
 * import { clinicalEncoding, encodeClinical } from "@ctsurv/ctsurv/cohort/table";
 * import { assertEquals } from "@std/assert";
 *
 * const patient = {
 *   patient: "A",
 *   ...{ tStage: null, nStage: null, mStage: null, overallStage: "I", histology: null, gender: "male" },
 *   ...{ age: 60, survivalDays: 547, dead: true },
 * };
 * const records = [patient, { ...patient, age: 70, gender: "female" }, { ...patient, age: 80 }];
 *
 * const encoding = clinicalEncoding(records, { rareBelow: 1 });
 * const [age, female] = encodeClinical(records[1]!, encoding);
 * assertEquals(age, 0); // the mean age
 * assertEquals(female, 1);
 * ```
 */
export function encodeClinical(record: MeasuredRecord, { age, numbers, categories }: ClinicalEncoding): Float64Array {
  return Float64Array.from([
    ...age ? [((record.age ?? age.median) - age.mean) / age.std] : [],
    ...numbers.map(({ name, median, mean, std }) => ((numberOf(record, name) ?? median) - mean) / std),
    ...categories.flatMap(({ column, levels }) =>
      levels.map(({ level }) => Number(levelKey(column, record[column]) === levelKey(column, level)))
    ),
  ]);
}
