import { InputError } from "@ctsurv/base/mod.ts";
import { readCsv, type TableFile } from "@ctsurv/cohort/table/mod.ts";

/** The level of each patient in one column of a table. */
export interface Levels {
  /** The column, as the table writes it. */
  readonly column: string;
  /** The table. */
  readonly file: string;
  /** [patients]: null where the table does not say. */
  readonly levels: readonly (string | null)[];
  /** How the levels came to be, for people. */
  readonly notes: readonly string[];
}

/** Other words for the columns of LUNG1's clinical table, and of the table that `ctsurv qc` writes. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  sex: ["gender"],
  gender: ["sex"],
  stage: ["overall.stage"],
  scanner: ["manufacturer"],
};
const PATIENT = ["patient", "patientid", "patient_id", "patient id", "case", "id"];
const UNKNOWN = ["", "na", "n/a", "nan", "null", "unknown"];

/** A column of numbers with more values than that, such as age, is cut in two at its median. */
const MOST_LEVELS = 8;

/**
 * Reads the levels of patients from a column, by which results are split. The column is looked for in the tables in
 * order, in any case; sex, stage and scanner stand for the column of that meaning too. Words that differ in case only
 * are one level. A column of numbers with many values is cut at the median.
 *
 * @param column Such as "sex".
 * @param files Tables with a column of patients, the first with the column counts.
 * @throws {InputError} If no table has the column, the table has a patient twice, none of the patients, or a column that
 *   is no grouping, such as a name for each patient.
 */
export async function readLevels(
  column: string,
  patients: readonly string[],
  files: readonly string[],
): Promise<Levels> {
  const wanted = column.toLowerCase();
  const names = [wanted, ...Object.hasOwn(aliases, wanted) ? aliases[wanted]! : []];
  const tables = await Promise.all(files.map((file) => readCsv(file)));
  const position = (table: TableFile, names: readonly string[]) =>
    names.map((name) => table.header.findIndex((own) => own.toLowerCase() === name)).find((k) => k !== -1);
  const table = tables.find((table) => position(table, names) !== undefined);
  if (table === undefined) {
    const columns = tables.map(({ file, header }) => `${file} has ${header.filter((name) => name !== "").join(", ")}`);
    throw new InputError(
      `--by ${column}: no table has such a column. ${columns.join("; ")}. Give a table of the patients that has it ` +
        "with --clinical",
    );
  }
  const [patientAt, levelAt] = [position(table, PATIENT), position(table, names)!];
  if (patientAt === undefined) {
    throw new InputError(`${table.file} has no column of patients; name it "patient" or "PatientID"`);
  }
  const cellOf = new Map<string, string | null>();
  for (const { line, cells } of table.rows) {
    const [patient, cell] = [cells[patientAt]!, cells[levelAt]!];
    if (cellOf.has(patient)) {
      throw new InputError(`${table.file}, row ${line} (${patient}): the patient is there twice; keep one row`);
    }
    cellOf.set(patient, UNKNOWN.includes(cell.toLowerCase()) ? null : cell);
  }
  const missing = patients.filter((patient) => !cellOf.has(patient));
  if (missing.length === patients.length) {
    throw new InputError(
      `${table.file} has none of the patients, such as ${patients[0]}; its first is ${table.rows[0]!.cells[patientAt]}`,
    );
  }
  const notes = missing.length === 0
    ? []
    : [`${table.file} lacks ${missing.length} of the patients, such as ${missing[0]}`];
  const cells = patients.map((patient) => cellOf.get(patient) ?? null);
  const found = { column: table.header[levelAt]!, file: table.file };
  return { ...found, ...group(cells, table, found.column, notes) };
}

function group(
  cells: readonly (string | null)[],
  table: TableFile,
  column: string,
  notes: readonly string[],
): Pick<Levels, "levels" | "notes"> {
  const spelling = new Map<string, string>();
  for (const cell of cells) {
    if (cell !== null) spelling.set(cell.toLowerCase(), spelling.get(cell.toLowerCase()) ?? cell);
  }
  const levels = cells.map((cell) => cell === null ? null : spelling.get(cell.toLowerCase())!);
  if (spelling.size === 0) throw new InputError(`${table.file}, column ${column}: the level of no patient is known`);
  if (spelling.size <= MOST_LEVELS) return { levels, notes };
  const known = levels.filter((level) => level !== null);
  const numbers = known.map((level) => table.number(level)).sort((a, b) => a - b);
  if (numbers.some((value) => Number.isNaN(value))) {
    throw new InputError(
      `${table.file}, column ${column} has ${spelling.size} different words, more than ${MOST_LEVELS}: no groups to ` +
        "compare. Merge some of them, or choose another column",
    );
  }
  const median = numbers[(numbers.length - 1) >> 1]!;
  return {
    levels: levels.map((level) => {
      if (level === null) return null;
      return table.number(level) <= median ? `${median} or less` : `more than ${median}`;
    }),
    notes: [...notes, `${column} has ${spelling.size} values and is cut at its median, ${median}`],
  };
}
