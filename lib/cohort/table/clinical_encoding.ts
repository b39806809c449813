import { InputError, median } from "@ctsurv/base/mod.ts";
import type { ClinicalRecord } from "./clinical.ts";

/** How clinical records become covariates of a regression. */
export interface ClinicalEncoding {
  /** Null if no age is known, or all are the same. */
  readonly age: AgeEncoding | null;
  /** Overall stage, histology and gender, in this order. */
  readonly categories: readonly CategoryEncoding[];
}

/** How age becomes a covariate: (age - mean) / std. An unknown age counts as the median. */
export interface AgeEncoding {
  /** Median of the known ages, years. */
  readonly median: number;
  /** Mean, years, with the median in place of unknown ages. */
  readonly mean: number;
  /** Standard deviation with divisor n, years, with the median in place of unknown ages. */
  readonly std: number;
  /** Patients whose age is unknown. */
  readonly unknown: number;
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

/**
 * Learns the covariates of the clinical baseline from some patients: age, overall stage, histology and sex. T, N and M
 * are left out, because the stage follows from them.
 *
 * @throws {InputError} If these are the same in all patients.
 *
 * @example
 * ```ts
 * import { clinicalEncoding } from "@ctsurv/ctsurv/cohort/table";
 * import { assertEquals } from "@std/assert";
 *
 * const patient = {
 *   patient: "A",
 *   ...{ tStage: null, nStage: null, mStage: null, overallStage: "I", histology: null, gender: "male" },
 *   ...{ age: 60, survivalDays: 547, dead: true },
 * };
 * const records = [patient, { ...patient, age: 70, gender: "female" }, { ...patient, age: 80 }];
 *
 * const { age, categories } = clinicalEncoding(records, { rareBelow: 1 });
 * assertEquals(age?.mean, 70);
 * assertEquals(categories[2]?.reference, "male");
 * assertEquals(categories[2]?.levels, [{ level: "female", patients: 1 }]);
 * ```
 */
export function clinicalEncoding(
  records: readonly ClinicalRecord[],
  { rareBelow = 10 }: ClinicalEncodingOptions = {},
): ClinicalEncoding {
  const encoding = {
    age: ageEncoding(records),
    categories: COLUMNS.map((column) => categoryEncoding(records, column, rareBelow)),
  };
  if (clinicalCovariates(encoding).length > 0) return encoding;
  throw new InputError(
    `The ${records.length} patients do not differ in age, overall stage, histology or sex, so there is nothing to ` +
      `predict from. A level counts only if at least ${rareBelow} patients have it`,
  );
}

function ageEncoding(records: readonly ClinicalRecord[]): AgeEncoding | null {
  const known = records.flatMap(({ age }) => age === null ? [] : [age]);
  if (known.length === 0) return null;
  const middle = median(known);
  const ages = records.map(({ age }) => age ?? middle);
  const mean = ages.reduce((sum, age) => sum + age, 0) / ages.length;
  const std = Math.sqrt(ages.reduce((sum, age) => sum + (age - mean) ** 2, 0) / ages.length);
  return std > 0 ? { median: middle, mean, std, unknown: records.length - known.length } : null;
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
 * The names of the covariates, in the order of {@linkcode encodeClinical}: `age`, `stage II`, `sex male`, …
 *
 * @example
 * ```ts
 * import { clinicalCovariates } from "@ctsurv/ctsurv/cohort/table";
 * import { assertEquals } from "@std/assert";
 *
 * const names = clinicalCovariates({
 *   age: { median: 70, mean: 70, std: 10, unknown: 0 },
 *   categories: [{
 *     column: "gender",
 *     reference: "male",
 *     levels: [{ level: "female", patients: 120 }],
 *     rare: [],
 *   }],
 * });
 * assertEquals(names, ["age", "sex female"]);
 * ```
 */
export function clinicalCovariates({ age, categories }: ClinicalEncoding): string[] {
  return [
    ...age ? ["age"] : [],
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
export function encodeClinical(record: ClinicalRecord, { age, categories }: ClinicalEncoding): Float64Array {
  return Float64Array.from([
    ...age ? [((record.age ?? age.median) - age.mean) / age.std] : [],
    ...categories.flatMap(({ column, levels }) =>
      levels.map(({ level }) => Number(levelKey(column, record[column]) === levelKey(column, level)))
    ),
  ]);
}
