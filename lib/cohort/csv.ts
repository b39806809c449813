import { InputError } from "@ctsurv/common/mod.ts";
// @ts-types="./csv_parse_sync.d.ts"
import { parse } from "csv-parse/sync";

/** A table read from CSV. Cells are trimmed text; rows of nothing but empty cells are left out. */
export interface Csv {
  /** How messages name the file. */
  readonly file: string;
  readonly header: readonly string[];
  readonly rows: readonly CsvRow[];
  /** Reads a cell as a decimal number; NaN for anything else, the empty cell and "0x1f" included. */
  number(text: string): number;
}

export interface CsvRow {
  /** Line in the file, the header being line 1. */
  readonly line: number;
  /** As many as the header has. */
  readonly cells: readonly string[];
}

/**
 * Reads CSV text as editors, spreadsheets and pandas write it: with or without byte-order mark and final newline, any
 * kind of line end, separated by commas, semicolons (where a decimal comma is a decimal point too) or tabs.
 *
 * @param options.decimal The only decimal sign that numbers may have.
 * @throws {InputError} If there is no header or no row, a column is there twice, a row is too short or too long, or a
 *   quote is not closed.
 */
export function parseCsv(
  text: string,
  file: string,
  options: { readonly decimal?: "." | "," | undefined } = {},
): Csv {
  const firstLine = text.trimStart().split(/[\r\n]/, 1)[0]!;
  const count = (delimiter: string) => firstLine.split(delimiter).length;
  const delimiter = [",", ";", "\t"].reduce((best, next) => count(next) > count(best) ? next : best);
  let records: ReturnType<typeof parse>;
  try {
    records = parse(text, {
      bom: true,
      delimiter,
      info: true,
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      trim: true,
    });
  } catch (error) {
    throw new InputError(`${file} is not CSV: ${(error as Error).message}`);
  }
  const [first, ...rest] = records;
  if (!first) throw new InputError(`${file} is empty; it needs a line of column names and a line per patient`);
  const header = first.record;
  const twice = header.find((name, i) => header.findIndex((other) => other.toLowerCase() === name.toLowerCase()) < i);
  if (twice !== undefined) throw new InputError(`${file} has the column ${twice || "without a name"} twice`);
  if (rest.length === 0) throw new InputError(`${file} has no patients, only column names`);
  const rows = rest.map(({ record: cells, info: { lines: line } }) => {
    if (cells.length !== header.length) {
      throw new InputError(
        `${file}, row ${line} (${
          cells[0]
        }): ${cells.length} cells, but there are ${header.length} columns. A cell that ` +
          `holds a separator must be in double quotes`,
      );
    }
    return { line, cells };
  });
  const number = (text: string) => {
    if (options.decimal === "," && text.includes(".")) return NaN;
    const isComma = options.decimal ? options.decimal === "," : delimiter === ";";
    const point = isComma ? text.replace(",", ".") : text;
    return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(point) ? Number(point) : NaN;
  };
  return { file, header, rows, number };
}
