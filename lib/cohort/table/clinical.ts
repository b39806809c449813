import { z } from "zod";
import { type ClinicalColumns, columnOf, lung1Columns } from "./clinical_columns.ts";
import { parseCsv } from "./csv.ts";
import { refuseIfAny, requireColumns } from "./problems.ts";

const daysPer = { days: 1, months: 365.25 / 12, years: 365.25 };

/** What a table's cells mean. */
export type ClinicalMeaning = Omit<ClinicalColumns, "columns" | "unknown"> & { readonly isLung1: boolean };

/** The schema of a row, whose fields are text, or null if they are unknown. */
function clinicalSchema(
  toNumber: (text: string) => number,
  { survivalUnit, dead, alive, male, female, isLung1 }: ClinicalMeaning,
): z.ZodType<ClinicalRecord> {
  const number = (what: string, valid: (value: number) => boolean, advice: string) =>
    z.string({ error: `nothing there; ${advice}` }).transform((text, context) => {
      const value = toNumber(text);
      if (!valid(value)) context.addIssue(`"${text}" is not ${what}; ${advice}`);
      return value;
    });
  /** The meaning of a word that stands in one of two lists. */
  const oneOf = <T>(meanings: readonly (readonly [T, readonly string[]])[], refusal: (text: string) => string) =>
    z.string().transform((text, context) => {
      const meaning = meanings.find(([, words]) => words.some((word) => isSameWord(word, text)));
      if (!meaning) context.addIssue(refusal(text));
      return meaning?.[0] as T;
    });
  const text = z.string().nullable();
  const stage = text.transform((stage) => stage === null ? null : withoutPointZero(stage));
  const nameAdvice = "write the name of the patient's images";
  const statusAdvice = isLung1
    ? "write 1 for a death, 0 for alive at last contact"
    : `write ${dead.join(" or ")} for a death, ${alive.join(" or ")} for alive at last contact`;
  const status = oneOf(
    [[true, dead], [false, alive]],
    (text) => `"${text}" is not ${[...alive, ...dead].join(" or ")}; ${statusAdvice}`,
  );
  const gender = male && female
    ? oneOf(
      [["male", male], ["female", female]],
      (text) => `"${text}" is neither male (${male.join(", ")}) nor female (${female.join(", ")}) in the columns file`,
    ).nullable()
    : text;
  return z.object({
    patient: z.string({ error: `nothing there; ${nameAdvice}` })
      .regex(/^[^/\\]*[^/\\.][^/\\]*$/, { error: `this cannot be the name of a file; ${nameAdvice}` }),
    age: number("an age in years", (age) => age >= 0 && age < 130, "write years, e.g. 68.2, or NA").nullable(),
    tStage: stage,
    nStage: stage,
    mStage: stage,
    overallStage: text,
    histology: text,
    gender,
    survivalDays: number(
      `a number of ${survivalUnit}`,
      (value) => value >= 0 && value < Infinity,
      `write ${survivalUnit}, e.g. ${{ days: 547, months: 18.5, years: 1.5 }[survivalUnit]}`,
    ).transform((value) => value * daysPer[survivalUnit]),
    dead: z.string({ error: `nothing there; ${statusAdvice}` }).pipe(status),
  });
}

/** pandas turns a column of whole numbers into "2.0" as soon as one is missing. */
function withoutPointZero(text: string): string {
  return text.replace(/^(\d+)\.0$/, "$1");
}

function isSameWord(a: string, b: string): boolean {
  return withoutPointZero(a).toLowerCase() === withoutPointZero(b).toLowerCase();
}

/** One row of a clinical table. Null stands for unknown (NA). */
export interface ClinicalRecord {
  /** PatientID, which is also the name of the patient's images. */
  readonly patient: string;
  /** Years. */
  readonly age: number | null;
  /** T stage as written, such as "2". */
  readonly tStage: string | null;
  /** N stage as written, such as "1". */
  readonly nStage: string | null;
  /** M stage as written, such as "0". */
  readonly mStage: string | null;
  /** Overall stage as written, such as "IIIb". */
  readonly overallStage: string | null;
  /** Histology as written, such as "squamous cell carcinoma". */
  readonly histology: string | null;
  /** "male" or "female" in LUNG1, and wherever a columns file lists the words for them; otherwise as written. */
  readonly gender: string | null;
  /** Days from the scan to death or to the last contact. */
  readonly survivalDays: number;
  /** Whether `survivalDays` ended in death. */
  readonly dead: boolean;
}

/** In the order of LUNG1's table. */
const FIELDS: readonly (keyof ClinicalRecord)[] = [
  "patient",
  "age",
  "tStage",
  "nStage",
  "mStage",
  "overallStage",
  "histology",
  "gender",
  "survivalDays",
  "dead",
];
const REQUIRED: readonly (keyof ClinicalRecord)[] = ["patient", "survivalDays", "dead"];

/**
 * Reads a clinical table, by default with LUNG1's columns (`PatientID,age,clinical.T.Stage,…,Survival.time,
 * deadstatus.event`), in any order and case. Patient, survival and status must be there and filled in. The others may
 * be NA or absent, and further columns are ignored.
 *
 * @param text The table, CSV.
 * @param file The file's name in messages.
 * @param columns The columns of another table. Every column that it names must be there.
 * @returns The patients in the order of the table.
 * @throws {InputError} Naming file, row (line) and column of everything that is wrong.
 *
 * @example
 * ```ts
 * import { parseClinical } from "@ctsurv/ctsurv/cohort/table";
 * import { assertEquals } from "@std/assert";
 *
 * const [record] = parseClinical(
 *   "PatientID,age,Overall.Stage,Survival.time,deadstatus.event\nLUNG1-001,78.75,IIIa,2165,1\n",
 *   "clinical.csv",
 * );
 * assertEquals(record?.age, 78.75);
 * assertEquals(record?.overallStage, "IIIa");
 * assertEquals(record?.survivalDays, 2165);
 * assertEquals(record?.dead, true);
 * assertEquals(record?.histology, null); // the table does not have it
 * ```
 */
export function parseClinical(text: string, file: string, columns?: ClinicalColumns): ClinicalRecord[] {
  const { columns: namesOf, unknown, ...meaning } = columns ?? lung1Columns;
  const csv = parseCsv(text, file, meaning);
  const nameOf = (field: keyof ClinicalRecord) => namesOf[columnOf(field)];
  const header = csv.header.map((name) => name.toLowerCase());
  const position = Object.fromEntries(
    FIELDS.map((field) => [field, header.findIndex((name) => name !== "" && name === nameOf(field)?.toLowerCase())]),
  );
  requireColumns(
    csv,
    (columns ? FIELDS : REQUIRED).flatMap((field) => nameOf(field) ?? []),
    columns ? "" : "If they have other names, say which in a columns file (docs/COHORTS.md)",
  );
  const schema = clinicalSchema(csv.number, { ...meaning, isLung1: !columns });
  const known = knownCell(unknown);
  const problems: string[] = [];
  const lineOf = new Map<string, number>();
  const records: ClinicalRecord[] = [];
  for (const { line, cells } of csv.rows) {
    const raw = Object.fromEntries(FIELDS.map((field) => [field, known(cells[position[field]!])]));
    const problem = (field: keyof ClinicalRecord, message: string) =>
      problems.push(`${file}, row ${line} (${raw.patient ?? "no patient"}), column ${nameOf(field)}: ${message}`);
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
  const rows = records.map((record) => FIELDS.map((field) => cell(record[field])).join(","));
  const header = FIELDS.map((field) => lung1Columns.columns[columnOf(field)]);
  return [header.join(","), ...rows, ""].join("\n");
}

/** Gives a cell's text, or null for what spreadsheets, R, pandas and `others` write for unknown values. */
function knownCell(others: readonly string[]): (cell: string | undefined) => string | null {
  const unknown = new Set(["", "na", "n/a", "nan", "null", ...others.map((word) => word.toLowerCase())]);
  return (cell) => cell === undefined || unknown.has(cell.toLowerCase()) ? null : cell;
}
