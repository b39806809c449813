// @ts-types="./_csv_parse_sync.d.ts"
import { parse } from "csv-parse/sync";
import { InputError } from "@ctsurv/base/mod.ts";
import { tidyTable } from "./_header.ts";
import { layoutOf } from "./_layout.ts";
import { otherTextFormat } from "./_other_formats.ts";

/** A table read from CSV. Cells are trimmed text; rows with only empty cells are left out. */
export interface Csv {
  /** The file's name in messages. */
  readonly file: string;
  /** Names of the columns, as written. */
  readonly header: readonly string[];
  /** The rows below the header, in the order of the file. */
  readonly rows: readonly CsvRow[];
  /** Reads a cell as a decimal number. Anything else is NaN, the empty cell and "0x1f" included. */
  number(text: string): number;
}

/** One row below the header. */
export interface CsvRow {
  /** Line in the file, from 1. */
  readonly line: number;
  /** Text of the cells, as many as the header has. */
  readonly cells: readonly string[];
}

/**
 * Reads CSV text as editors, spreadsheets, pandas and R write it: with or without byte-order mark and final newline,
 * with any kind of line end, separated by commas, semicolons, tabs, bars or, as by R's write.table, blanks. Before the
 * column names may stand Excel's `sep=;` and lines that begin with `#`. Row names of R become a first column without a
 * name. Columns without a name and without content, which spreadsheets leave behind, are left out.
 *
 * With semicolons, a decimal comma is a decimal point too.
 *
 * @param file The file's name in messages.
 * @param options.decimal The only decimal sign that numbers may have.
 * @throws {InputError} If there is no header or no row, a title above the header, a column twice, a row that is too
 *   short or too long, a quote that is not closed, or if the text is HTML, XML or JSON.
 *
 * @example
 * ```ts
 * import { parseCsv } from "@ctsurv/ctsurv/cohort/table";
 * import { assertEquals } from "@std/assert";
 *
 * const { header, rows, number } = parseCsv("PatientID;age\nLUNG1-001;78,75\n", "clinical.csv");
 * assertEquals(header, ["PatientID", "age"]);
 * assertEquals(rows, [{ line: 2, cells: ["LUNG1-001", "78,75"] }]);
 * assertEquals(number("78,75"), 78.75);
 * ```
 */
export function parseCsv(
  text: string,
  file: string,
  options: { readonly decimal?: "." | "," | undefined } = {},
): Csv {
  const format = otherTextFormat(text);
  if (format) throw new InputError(`${file} is ${format.name}, not a table in text; ${format.advice}`);
  const { body, delimiter } = layoutOf(text);
  const records = recordsOf(body, delimiter, file).map(({ record, info: { lines: line } }) => ({
    line,
    cells: record.map((cell) => cell.trim()),
  }));
  const { header, rows } = tidyTable(records, file);
  const isComma = options.decimal ? options.decimal === "," : delimiter === ";";
  const number = (text: string) => {
    if (options.decimal === "," && text.includes(".")) return NaN;
    const point = isComma ? text.replace(",", ".") : text;
    return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(point) ? Number(point) : NaN;
  };
  return { file, header, rows, number };
}

function recordsOf(body: string, delimiter: string, file: string): ReturnType<typeof parse> {
  const parseWith = (escape: string) =>
    parse(body, {
      bom: true,
      delimiter,
      escape,
      info: true,
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      trim: delimiter !== " ",
    });
  try {
    return parseWith('"');
  } catch (error) {
    // R's write.table writes \" for a quote inside of quotes.
    if (body.includes('\\"')) {
      try {
        return parseWith("\\");
      } catch { /* The first message is the one to show. */ }
    }
    throw new InputError(`${file} is not CSV: ${(error as Error).message}`);
  }
}
