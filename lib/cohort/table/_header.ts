import { InputError } from "@ctsurv/base/mod.ts";
import type { CsvRow } from "./csv.ts";

/** A table with as many cells in every row as it has columns. */
export interface TidyTable {
  readonly header: readonly string[];
  readonly rows: readonly CsvRow[];
}

/**
 * Takes the first row as the column names and makes all others as long: without the empty columns that spreadsheets
 * leave behind, without comment lines, and with a nameless column for the row names that R writes without a column name.
 *
 * @throws {InputError} If there are no column names or no rows, the first row is a title, a name is there twice, or a row
 *   is too short or too long.
 */
export function tidyTable(records: readonly CsvRow[], file: string): TidyTable {
  const [first, ...below] = records;
  if (!first) throw new InputError(`${file} is empty; it needs a line of column names and a line per patient`);
  const names = first.cells.map((name) => name.replace(/\s+/g, " "));
  const rows = withoutComments(below, names.length);
  if (rows.length === 0) throw new InputError(`${file} has no patients, only column names`);
  refuseTitle(first, rows, file);
  const header = haveRowNames(rows, names.length) ? ["", ...names] : names;
  const content = contentBeyond(header, rows);
  const kept = Array.from({ length: content }, (_, column) => column)
    .filter((column) => header[column] || rows.some(({ cells }) => cells[column]));
  const tidy = kept.map((column) => header[column] ?? "");
  refuseRepeated(tidy, file);
  return { header: tidy, rows: rows.map((row) => ({ line: row.line, cells: cellsIn(row, kept, header, file) })) };
}

/** Rows that begin with # and are too short are comments, unless most patients are named so. */
function withoutComments(rows: readonly CsvRow[], columns: number): readonly CsvRow[] {
  const isMarked = ({ cells }: CsvRow) => cells[0]!.startsWith("#");
  if (2 * rows.filter(isMarked).length > rows.length) return rows;
  return rows.filter((row) => !(isMarked(row) && row.cells.length < columns));
}

/** Whether each row has one cell more than there are column names. A separator at the end of each row is no cell. */
function haveRowNames(rows: readonly CsvRow[], columns: number): boolean {
  return rows.every(({ cells }) => cells.length === columns + 1 && cells[0] !== "") &&
    rows.some(({ cells }) => cells[columns] !== "");
}

/** Number of columns up to the last with a name, or the last of the header's with content. */
function contentBeyond(header: readonly string[], rows: readonly CsvRow[]): number {
  return header.findLastIndex((name, column) => name !== "" || rows.some(({ cells }) => cells[column])) + 1;
}

/** A title has one cell, or fewer than the row below it, which has the column names: only words. */
function refuseTitle(first: CsvRow, rows: readonly CsvRow[], file: string): void {
  const filled = ({ cells }: CsvRow) => cells.findLastIndex((cell) => cell !== "") + 1;
  const counts = rows.slice(0, 100).map(filled).sort((a, b) => a - b);
  const [own, usual] = [first.cells.filter((cell) => cell !== "").length, counts[counts.length >> 1]!];
  const isWord = (cell: string) => cell !== "" && !/^[+-]?[\d.,]+$/.test(cell);
  const hasNames = filled(rows[0]!) === usual && rows[0]!.cells.slice(0, usual).every(isWord);
  if (usual < 2 || !(own === 1 && filled(first) === 1 || own < usual && hasNames && rows.length > 1)) return;
  const text = first.cells.filter((cell) => cell !== "").join(" ");
  const start = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  throw new InputError(
    `${file}, row ${first.line} ("${start}") is no line of column names: the rows below have ${usual} cells. ` +
      "If it is a title, delete the lines above the column names",
  );
}

function refuseRepeated(header: readonly string[], file: string): void {
  const taken = new Set<string>();
  for (const name of header) {
    const key = name.toLowerCase();
    if (taken.has(key)) {
      throw new InputError(
        name === ""
          ? `${file} has several columns without a name that are not empty; name them, or delete them`
          : `${file} has the column ${name} twice; rename or delete one`,
      );
    }
    taken.add(key);
  }
}

function cellsIn({ line, cells }: CsvRow, kept: readonly number[], header: readonly string[], file: string): string[] {
  const last = kept.at(-1)!;
  if (cells.length > last && cells.slice(last + 1).every((cell) => cell === "")) {
    return kept.map((column) => cells[column]!);
  }
  const columns = header.slice(0, last + 1);
  throw new InputError(
    `${file}, row ${line} (${cells[0]}): ${cells.length} cells, but there are ${columns.length} columns. A cell that ` +
      "holds a separator must be in double quotes",
  );
}
