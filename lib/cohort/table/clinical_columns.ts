import { z } from "zod";
import { parseJsonFile } from "@ctsurv/base/mod.ts";
import type { ClinicalRecord } from "./clinical.ts";

/** How a clinical table says what a {@linkcode ClinicalRecord} holds. */
export interface ClinicalColumns {
  /** The table's column names. */
  readonly columns: {
    readonly patient: string;
    /** Time from the scan to death or last contact. */
    readonly survival: string;
    /** Whether that time ended in death. */
    readonly status: string;
    readonly age?: string | undefined;
    readonly tStage?: string | undefined;
    readonly nStage?: string | undefined;
    readonly mStage?: string | undefined;
    readonly overallStage?: string | undefined;
    readonly histology?: string | undefined;
    readonly gender?: string | undefined;
  };
  /** Of the survival column; a month is 365.25 / 12 days. */
  readonly survivalUnit: "days" | "months" | "years";
  /** What the status column says of the dead and of those alive at last contact, in any case. */
  readonly dead: readonly string[];
  readonly alive: readonly string[];
  /** Words of the gender column. Without them it is kept as written. */
  readonly male?: readonly string[] | undefined;
  readonly female?: readonly string[] | undefined;
  /** What stands for unknown, beside the empty cell, NA, N/A, NaN and null. */
  readonly unknown: readonly string[];
  /** Decimal sign of numbers. Without it the point, and in tables separated by semicolons the comma too. */
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
 * @param file How messages name it.
 * @throws {InputError} If it is no JSON, or an entry is missing, wrong or unknown: all of them at once.
 */
export function parseClinicalColumns(text: string, file: string): ClinicalColumns {
  return parseJsonFile(text, file, schema, "the columns of a clinical table");
}
