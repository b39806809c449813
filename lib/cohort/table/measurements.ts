import { InputError } from "@ctsurv/base/mod.ts";
import type { Csv } from "./csv.ts";
import { refuseIfAny } from "./problems.ts";

/** Numbers of some patients from a table of anybody's, such as the output of PyRadiomics. */
export interface Measurements {
  /** The table's file, for messages. */
  readonly file: string;
  /** The columns that were read. */
  readonly columns: readonly string[];
  /** By patient, then by column; null for an unknown number. */
  readonly patients: ReadonlyMap<string, Readonly<Record<string, number | null>>>;
  /** Columns that were not read, by the reason as the end of a sentence, such as "hold text". */
  readonly leftOut: readonly { readonly reason: string; readonly columns: readonly string[] }[];
  /** Lines of rows that name no patient, which were not read. */
  readonly unnamedRows: readonly number[];
}

/** Options of {@linkcode readMeasurements}. */
export interface MeasurementsOptions {
  /**
   * Columns to read, in any case; `*` stands for any letters, and a leading `-` leaves columns out. A column that is
   * named here without a `*` is read whatever its name. @default {all columns with numbers}
   */
  readonly columns?: readonly string[];
}

/** Names of the column of patients, in the order of preference. */
const PATIENT = ["patientid", "patient_id", "patient id", "patient", "id", "subject", "case", "caseid", "case_id", ""];
const UNKNOWN = new Set(["", "na", "n/a", "nan", "null", "none", "."]);
/** What PyRadiomics writes of its own run, and what it wrote before version 2. */
const DIAGNOSTICS = /^(diagnostics_|general_info_)/i;
/** A model must not be given what it is to predict. */
const OUTCOME =
  /(^|[_.\s-])(surv\w*|os|pfs|dfs|death\w*|dead\w*|died|deceased|alive|event|status|vital\w*|censor\w*|follow\w*|months?|days?|label|target)(?=$|[_.\s-])/i;

/**
 * Reads measurements: one row a patient, one column a measurement. Columns of text are left out, and so are the
 * diagnostics of PyRadiomics, columns whose name is that of an outcome, and those of which fewer than half of the
 * patients have a number.
 *
 * @example
 * ```ts
 * import { parseCsv, readMeasurements } from "@ctsurv/ctsurv/cohort/table";
 * import { assertEquals } from "@std/assert";
 *
 * const csv = parseCsv("PatientID,shape_Volume,firstorder_Mean,scanner,surv2yr\nA,12.5,NA,GE,1\nB,8,40,CMS,0\n", "f.csv");
 * const { columns, patients, leftOut } = readMeasurements(csv);
 * assertEquals(columns, ["shape_Volume", "firstorder_Mean"]);
 * assertEquals(patients.get("A"), { shape_Volume: 12.5, firstorder_Mean: null });
 * assertEquals(leftOut.map(({ columns }) => columns), [["scanner"], ["surv2yr"]]);
 * assertEquals(readMeasurements(csv, { columns: ["shape_*"] }).columns, ["shape_Volume"]);
 * ```
 *
 * @throws {InputError} If there is no column of patients, a patient twice, no column of numbers, a named column that is
 *   not there, or a word among numbers.
 */
export function readMeasurements(csv: Csv, { columns: asked = [] }: MeasurementsOptions = {}): Measurements {
  const { file, header, rows } = csv;
  const lower = header.map((name) => name.toLowerCase());
  const patientAt = lower.indexOf(PATIENT.find((name) => lower.includes(name)) ?? "\0");
  if (patientAt === -1) {
    throw new InputError(
      `${file} has no column of patients. Name it PatientID; the columns are ${header.slice(0, 20).join(", ")}${
        header.length > 20 ? ` and ${header.length - 20} more` : ""
      }`,
    );
  }
  const { chosen, isNamed } = chooseColumns(header, asked, file, patientAt);
  const isUnknown = (cell: string) => UNKNOWN.has(cell.toLowerCase());
  const reasons = new Map<string, string[]>();
  const problems: string[] = [];
  const kept = chosen.filter((column) => {
    const reason = reasonAgainst(column);
    if (reason !== undefined) reasons.set(reason, [...reasons.get(reason) ?? [], header[column]!]);
    return reason === undefined;
  });

  function reasonAgainst(column: number): string | undefined {
    const name = header[column]!;
    if (!isNamed(column)) {
      if (DIAGNOSTICS.test(name)) return "describe the extraction, not the patient";
      if (OUTCOME.test(name)) return `have names of outcomes; to use one, name it: ${file}:${name}`;
    }
    const cells = rows.filter(({ cells }) => !isUnknown(cells[column]!));
    const words = cells.filter(({ cells }) => !Number.isFinite(csv.number(cells[column]!)));
    if (2 * words.length > cells.length || cells.length === 0) return "hold text";
    if (2 * (cells.length - words.length) < rows.length) return "have a number for fewer than half of the patients";
    for (const { line, cells } of words) {
      problems.push(
        `${file}, row ${line} (${cells[patientAt]}), column ${name}: "${cells[column]}" is not a number; ` +
          "write a number, or NA for an unknown one",
      );
    }
    return undefined;
  }

  const lineOf = new Map<string, number>();
  const patients = new Map<string, Record<string, number | null>>();
  const unnamedRows: number[] = [];
  for (const { line, cells } of rows) {
    const patient = cells[patientAt]!;
    if (patient === "") {
      unnamedRows.push(line);
      continue;
    }
    const earlier = lineOf.get(patient);
    if (earlier !== undefined) {
      problems.push(
        `${file}, row ${line} (${patient}), column ${
          header[patientAt] || 1
        }: row ${earlier} is the same patient; keep one`,
      );
    }
    lineOf.set(patient, line);
    const numbers = kept.map((column) => {
      const cell = cells[column]!;
      return [header[column]!, isUnknown(cell) ? null : csv.number(cell)] as const;
    });
    patients.set(patient, Object.fromEntries(numbers));
  }
  refuseIfAny(problems, file);
  if (kept.length === 0) {
    throw new InputError(
      `${file} has no column of numbers to use: ${
        [...reasons].map(([reason, names]) => `${names.slice(0, 5).join(", ")} ${reason}`).join("; ") ||
        "there is only the patient's name"
      }`,
    );
  }
  return {
    file,
    columns: kept.map((column) => header[column]!),
    patients,
    leftOut: [...reasons].map(([reason, columns]) => ({ reason, columns })),
    unnamedRows,
  };
}

/** The columns that are asked for, and which of them by their full name. */
function chooseColumns(
  header: readonly string[],
  asked: readonly string[],
  file: string,
  patientAt: number,
): { readonly chosen: readonly number[]; readonly isNamed: (column: number) => boolean } {
  const matches = (pattern: string) => {
    const parts = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const shape = new RegExp(`^${parts.join(".*")}$`, "i");
    const found = header.flatMap((name, column) => column !== patientAt && shape.test(name) ? [column] : []);
    if (found.length > 0) return found;
    const near = header.filter((name) => name.toLowerCase().includes(pattern.replaceAll("*", "").toLowerCase()));
    throw new InputError(
      `${file} has no column ${pattern}` +
        (near.length > 0 ? `; near it are ${near.slice(0, 5).join(", ")}` : `; it has ${header.length} columns`),
    );
  };
  const wanted = asked.filter((pattern) => !pattern.startsWith("-"));
  const unwanted = new Set(asked.filter((pattern) => pattern.startsWith("-")).flatMap((one) => matches(one.slice(1))));
  const named = new Set(wanted.filter((pattern) => !pattern.includes("*")).flatMap(matches));
  const all = wanted.length > 0
    ? [...new Set(wanted.flatMap(matches))]
    : [...header.keys()].filter((column) => column !== patientAt);
  return { chosen: all.filter((column) => !unwanted.has(column)), isNamed: (column) => named.has(column) };
}
