import { z } from "zod";
import { parseJsonFile } from "@ctsurv/base/mod.ts";
import type { ClinicalRecord } from "./clinical.ts";

/** The columns of a clinical table that hold the fields of a {@linkcode ClinicalRecord}, and their words and units. */
export interface ClinicalColumns {
  /** The table's column names. */
  readonly columns: {
    /** PatientID, which is also the name of the patient's images. */
    readonly patient: string;
    /** Time from the scan to death or last contact. */
    readonly survival: string;
    /** Whether that time ended in death. */
    readonly status: string;
    /** Years. */
    readonly age?: string | undefined;
    /** T stage. */
    readonly tStage?: string | undefined;
    /** N stage. */
    readonly nStage?: string | undefined;
    /** M stage. */
    readonly mStage?: string | undefined;
    /** Overall stage. */
    readonly overallStage?: string | undefined;
    /** Histology. */
    readonly histology?: string | undefined;
    /** Gender; see `male` and `female`. */
    readonly gender?: string | undefined;
  };
  /** Unit of the survival column; a month is 365.25 / 12 days. */
  readonly survivalUnit: "days" | "months" | "years";
  /** Words of the status column for the dead, in any case. */
  readonly dead: readonly string[];
  /** Words of the status column for those alive at last contact, in any case. */
  readonly alive: readonly string[];
  /** Words of the gender column for men, in any case. Without them the column is kept as written. */
  readonly male?: readonly string[] | undefined;
  /** Words of the gender column for women, in any case; given together with `male`. */
  readonly female?: readonly string[] | undefined;
  /** Words for unknown, in addition to the empty cell, NA, N/A, NaN and null. */
  readonly unknown: readonly string[];
  /** Decimal sign of numbers. Default: the point, and in tables separated by semicolons the comma too. */
  readonly decimal?: "." | "," | undefined;
}

/** LUNG1's names, with their odd capitals. */
export const lung1Columns: ClinicalColumns & {
  readonly columns: Readonly<Record<keyof ClinicalColumns["columns"], string>>;
} = {
  columns: {
    patient: "PatientID",
    age: "age",
    tStage: "clinical.T.Stage",
    nStage: "Clinical.N.Stage",
    mStage: "Clinical.M.Stage",
    overallStage: "Overall.Stage",
    histology: "Histology",
    gender: "gender",
    survival: "Survival.time",
    status: "deadstatus.event",
  },
  survivalUnit: "days",
  dead: ["1"],
  alive: ["0"],
  unknown: [],
};

/** The entry of {@linkcode ClinicalColumns.columns} that a field of a record is read from. */
export function columnOf(field: keyof ClinicalRecord): keyof ClinicalColumns["columns"] {
  return field === "survivalDays" ? "survival" : field === "dead" ? "status" : field;
}

const name = z.string().min(1);
const words = z.array(name).min(1);
const schema: z.ZodType<ClinicalColumns> = z.strictObject({
  columns: z.strictObject({
    patient: name,
    survival: name,
    status: name,
    age: name.optional(),
    tStage: name.optional(),
    nStage: name.optional(),
    mStage: name.optional(),
    overallStage: name.optional(),
    histology: name.optional(),
    gender: name.optional(),
  }),
  survivalUnit: z.enum(["days", "months", "years"]),
  dead: words,
  alive: words,
  male: words.optional(),
  female: words.optional(),
  unknown: z.array(name).default([]),
  decimal: z.enum([".", ","]).optional(),
}).check(({ value, issues }) => {
  const refuse = (path: string, message: string) =>
    issues.push({ code: "custom", message, path: [path], input: value });
  const both = (a: readonly string[] = [], b: readonly string[] = []) =>
    a.find((word) => b.some((other) => other.toLowerCase() === word.toLowerCase()));
  for (const [first, second] of [["dead", "alive"], ["male", "female"]] as const) {
    const word = both(value[second], value[first]);
    if (word !== undefined) refuse(second, `"${word}" stands under ${first} too`);
  }
  if (!value.male !== !value.female) refuse(value.male ? "female" : "male", "give both male and female, or neither");
  if (value.male && !value.columns.gender) refuse("male", "columns names no gender");
});

/**
 * Reads a columns file: JSON in the form of {@linkcode ClinicalColumns}.
 *
 * @param file The file's name in messages.
 * @throws {InputError} If it is not JSON, or entries are missing, wrong or unknown: all of them at once.
 *
 * @example
 * ```ts
 * import { parseClinical, parseClinicalColumns } from "@ctsurv/ctsurv/cohort/table";
 * import { assertEquals } from "@std/assert";
 *
 * const columns = parseClinicalColumns(
 *   `{
 *     "columns": { "patient": "Case", "survival": "OS", "status": "Vital" },
 *     "survivalUnit": "months", "dead": ["deceased"], "alive": ["alive"]
 *   }`,
 *   "columns.json",
 * );
 * const [record] = parseClinical("Case,OS,Vital\nP1,24,deceased\n", "table.csv", columns);
 * assertEquals(record?.survivalDays, 730.5);
 * assertEquals(record?.dead, true);
 * ```
 */
export function parseClinicalColumns(text: string, file: string): ClinicalColumns {
  return parseJsonFile(text, file, schema, "the columns of a clinical table");
}
