import { InputError } from "@ctsurv/common/mod.ts";
import { z } from "zod";
import { parseCsv } from "./csv.ts";
import { refuseIfAny } from "./refuse_if_any.ts";

/** One row of a clinical table. Null stands for unknown (NA). */
export interface ClinicalRecord {
  /** Also the name of the patient's images. */
  readonly patient: string;
  /** Years. */
  readonly age: number | null;
  /** TNM and overall stage as written, such as "2" and "IIIb". */
  readonly tStage: string | null;
  readonly nStage: string | null;
  readonly mStage: string | null;
  readonly overallStage: string | null;
  readonly histology: string | null;
  readonly gender: string | null;
  /** Days from the scan to death or to the last contact. */
  readonly survivalDays: number;
  /** Whether `survivalDays` ended in death. */
  readonly dead: boolean;
}

/** The columns of LUNG1's table, in its order and with its odd capitals. */
const columns: Readonly<Record<keyof ClinicalRecord, string>> = {
  patient: "PatientID",
  age: "age",
  tStage: "clinical.T.Stage",
  nStage: "Clinical.N.Stage",
  mStage: "Clinical.M.Stage",
  overallStage: "Overall.Stage",
  histology: "Histology",
  gender: "gender",
  survivalDays: "Survival.time",
  dead: "deadstatus.event",
};
const fields = Object.keys(columns) as (keyof ClinicalRecord)[];
const required: readonly (keyof ClinicalRecord)[] = ["patient", "survivalDays", "dead"];

/**
 * Reads a clinical table with LUNG1's columns (`PatientID,age,clinical.T.Stage,…,Survival.time,deadstatus.event`) in
 * any order and case. PatientID, Survival.time and deadstatus.event must be there and filled in; the others may be NA
 * or absent; further columns are ignored.
 *
 * @param text The table, CSV.
 * @param file How messages name it.
 * @returns The patients in the order of the table.
 * @throws {InputError} Naming file, row (line) and column of everything that is wrong.
 */
export function parseClinical(text: string, file: string): ClinicalRecord[] {
  const csv = parseCsv(text, file);
  const names = csv.header.map((name) => name.toLowerCase());
  const position = Object.fromEntries(fields.map((field) => [field, names.indexOf(columns[field].toLowerCase())]));
  const absent = required.filter((field) => position[field] === -1).map((field) => columns[field]);
  if (absent.length > 0) {
    throw new InputError(`${file} has no column ${absent.join(", ")}; its columns are ${csv.header.join(", ")}`);
  }
  const schema = recordSchema(csv.number);
  const problems: string[] = [];
  const lineOf = new Map<string, number>();
  const records: ClinicalRecord[] = [];
  for (const { line, cells } of csv.rows) {
    const raw = Object.fromEntries(fields.map((field) => [field, known(cells[position[field]!])]));
    const problem = (field: keyof ClinicalRecord, message: string) =>
      problems.push(`${file}, row ${line} (${raw.patient ?? "no patient"}), column ${columns[field]}: ${message}`);
    const { data, error } = schema.safeParse(raw);
    for (const { path, message } of error?.issues ?? []) problem(path[0] as keyof ClinicalRecord, message);
    const earlier = raw.patient && lineOf.get(raw.patient);
    if (earlier) problem("patient", `row ${earlier} is the same patient; keep one`);
    else if (raw.patient) lineOf.set(raw.patient, line);
    if (data) records.push(data);
  }
  refuseIfAny(problems, file);
  return records;
}

/** The text of a clinical table that {@linkcode parseClinical} reads back: LUNG1's columns, NA for null. */
export function formatClinical(records: readonly ClinicalRecord[]): string {
  const cell = (value: string | number | boolean | null) => {
    if (value === null) return "NA";
    if (typeof value === "boolean") return value ? "1" : "0";
    const text = String(value);
    return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const rows = records.map((record) => fields.map((field) => cell(record[field])).join(","));
  return [Object.values(columns).join(","), ...rows, ""].join("\n");
}

/** A cell's text, or null for what spreadsheets, R and pandas write where nothing is known. */
function known(cell: string | undefined): string | null {
  return cell === undefined || /^(|na|n\/a|nan|null)$/i.test(cell) ? null : cell;
}

function recordSchema(toNumber: (text: string) => number): z.ZodType<ClinicalRecord> {
  const number = (what: string, valid: (value: number) => boolean, advice: string) =>
    z.string({ error: `nothing there; ${advice}` }).transform((text, context) => {
      const value = toNumber(text);
      if (!valid(value)) context.addIssue(`"${text}" is not ${what}; ${advice}`);
      return value;
    });
  const text = z.string().nullable();
  // pandas turns a column of whole numbers into "2.0" as soon as one is missing.
  const stage = text.transform((stage) => stage?.replace(/^(\d+)\.0$/, "$1") ?? null);
  const nameAdvice = "write the name of the patient's images";
  return z.object({
    patient: z.string({ error: `nothing there; ${nameAdvice}` })
      .regex(/^[^/\\]*[^/\\.][^/\\]*$/, { error: `this cannot be the name of a file; ${nameAdvice}` }),
    age: number("an age in years", (age) => age >= 0 && age < 130, "write years, e.g. 68.2, or NA").nullable(),
    tStage: stage,
    nStage: stage,
    mStage: stage,
    overallStage: text,
    histology: text,
    gender: text,
    survivalDays: number("a number of days", (days) => days >= 0 && days < Infinity, "write days, e.g. 547"),
    dead: number("0 or 1", (dead) => dead === 0 || dead === 1, "write 1 for a death, 0 for alive at last contact")
      .transform((dead) => dead === 1),
  });
}
