import { InputError } from "@ctsurv/base/mod.ts";
import {
  COVARIATE_SETS,
  covariateNames,
  type MeasuredRecord,
  type Measurements,
  readCsv,
  readMeasurements,
  usualCovariates,
} from "@ctsurv/cohort/table/mod.ts";

/** What one `--covariates` asks for. */
export interface CovariateChoice {
  /** As it was typed, with the names of files without their folders. */
  readonly title: string;
  /** Names for `clinicalEncoding`. */
  readonly covariates: readonly string[];
  /** Whether all columns of a table are in it, so that the coefficients have to be penalised. */
  readonly isPenalised: boolean;
}

/** Several choices of covariates, and the patients who have them all. */
export interface CovariateChoices {
  readonly choices: readonly CovariateChoice[];
  /** With the measurements of the tables. */
  readonly records: readonly MeasuredRecord[];
  /** Which patients and columns were left out, as sentences. */
  readonly notes: readonly string[];
}

/** Named measurements of the tumour, and the words that ask for them. */
const TUMOUR = ["volume", "diameter"];

/**
 * Reads what `--covariates` asks for, one choice an entry. In an entry, commas stand between names of covariates, names
 * of sets, and tables as `FILE.csv` or `FILE.csv:COLUMN+COLUMN`.
 *
 * @param records Patients; with measurements of the tumour where those were taken.
 * @throws {InputError} If a name or a column is unknown, a table cannot be read, or nobody is in all tables.
 */
export async function readChoices(
  entries: readonly string[],
  records: readonly MeasuredRecord[],
): Promise<CovariateChoices> {
  const measured = TUMOUR.filter((name) => records.some(({ measurements }) => measurements?.[name] !== undefined));
  const tables = new Map<string, Measurements>();
  const logarithms = new Set<string>();
  const choices: CovariateChoice[] = [];
  for (const entry of entries) {
    const parts = entry.split(",").map((part) => part.trim()).filter((part) => part !== "");
    if (parts.length === 0) throw new InputError(`--covariates "${entry}" names no covariates`);
    const names: string[] = [];
    let isPenalised = false;
    for (const part of parts) {
      const table = /^(.+\.(?:csv|tsv|txt))(?::(.+))?$/i.exec(part);
      if (!table) {
        if (TUMOUR.includes(part.toLowerCase()) && !measured.includes(part.toLowerCase())) {
          throw new InputError(
            `--covariates ${part} needs --tumour, which measures the tumours of a cohort's images. With a table of ` +
              `volumes write --covariates FILE.csv:COLUMN`,
          );
        }
        const isUsual = part.toLowerCase() === "clinical";
        names.push(...isUsual ? usualCovariates(records) : covariateNames([part], { measurements: measured }));
        continue;
      }
      const file = table[1]!;
      const patterns = (table[2] ?? "").split("+").filter((pattern) => pattern !== "").map((pattern) => {
        const inside = /^log2\((.+)\)$/i.exec(pattern)?.[1];
        return { column: inside ?? pattern, isLogarithm: inside !== undefined };
      });
      const read = readMeasurements(await readCsv(file), { columns: patterns.map(({ column }) => column) });
      tables.set(part, read);
      const isAll = patterns.length === 0 || patterns.some(({ column }) => /\*|^-/.test(column));
      isPenalised ||= isAll;
      for (const column of read.columns) {
        const isLogarithm = patterns.some((one) =>
          one.isLogarithm && one.column.toLowerCase() === column.toLowerCase()
        );
        if (isLogarithm) logarithms.add(column);
        names.push(isLogarithm ? `log2(${column})` : column);
      }
    }
    choices.push({
      title: parts.map((part) => part.replace(/^.*[/\\]/, "")).join(" + "),
      covariates: [...new Set(names)],
      isPenalised,
    });
  }
  const { kept, notes } = inAllTables(records, [...tables.values()], logarithms);
  return {
    choices,
    records: kept,
    notes: [...[...tables].flatMap(([part, table]) => describeTable(part, table, records)), ...notes],
  };
}

function inAllTables(
  records: readonly MeasuredRecord[],
  tables: readonly Measurements[],
  logarithms: ReadonlySet<string>,
): { readonly kept: readonly MeasuredRecord[]; readonly notes: readonly string[] } {
  const kept = records.flatMap((record): MeasuredRecord[] => {
    if (!tables.every(({ patients }) => patients.has(record.patient))) return [];
    const measurements = Object.assign(
      {},
      record.measurements,
      ...tables.map((one) => one.patients.get(record.patient)),
    );
    for (const column of logarithms) {
      const value: number | null = measurements[column];
      if (value !== null && !(value > 0)) {
        throw new InputError(`log2(${column}) needs numbers above 0; ${record.patient} has ${value}`);
      }
      measurements[`log2(${column})`] = value === null ? null : Math.log2(value);
    }
    return [{ ...record, measurements }];
  });
  if (kept.length === 0) {
    throw new InputError(
      `No patient is in ${tables.map(({ file }) => file).join(" and ")}: the clinical table has ` +
        `${records[0]?.patient ?? "nobody"}, the other ${[...tables[0]?.patients.keys() ?? []][0]}. Use the same names`,
    );
  }
  const gone = records.length - kept.length;
  return {
    kept,
    notes: gone > 0 ? [`Left out, because they are not in every table: ${gone} of ${records.length} patients`] : [],
  };
}

function describeTable(part: string, table: Measurements, records: readonly MeasuredRecord[]): string[] {
  const known = new Set(records.map(({ patient }) => patient));
  const strangers = [...table.patients.keys()].filter((patient) => !known.has(patient));
  const some = (names: readonly string[]) =>
    names.slice(0, 3).join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "");
  return [
    `${part}: ${table.columns.length} columns of ${table.patients.size} patients`,
    ...table.leftOut.map(({ reason, columns }) => `  left out, because they ${reason}: ${some(columns)}`),
    ...table.unnamedRows.length > 0 ? [`  rows without a patient: ${some(table.unnamedRows.map(String))}`] : [],
    ...strangers.length > 0 ? [`  patients who are excluded or not in the clinical table: ${some(strangers)}`] : [],
  ];
}

/** The names of the sets with what is in them, for the help. */
export const setsHelp = Object.entries(COVARIATE_SETS).map(([name, set]) => `  ${name}: ${set.join(", ")}`).join("\n");
