// @ts-types="./_csv_parse_sync.d.ts"
import { parse } from "csv-parse/sync";
import { InputError } from "@ctsurv/base/mod.ts";

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
  /** Line in the file, the header being line 1. */
  readonly line: number;
  /** Text of the cells, as many as the header has. */
  readonly cells: readonly string[];
}

/**
 * Reads CSV text as editors, spreadsheets and pandas write it: with or without byte-order mark and final newline, with
 * any kind of line end, separated by commas, tabs or semicolons. With semicolons, a decimal comma is a decimal point
 * too.
 *
 * @param file The file's name in messages.
 * @param options.decimal The only decimal sign that numbers may have.
 * @throws {InputError} If there is no header or no row, a column is there twice, a row is too short or too long, or a
 *   quote is not closed.
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

/**
 * Reads the text of a table that a user gave. It is UTF-8 or, if it begins with the byte-order mark, UTF-16, which
 * Excel writes as "Unicode text".
 *
 * @throws {InputError} If the file does not exist or may not be read, or is not text in these encodings.
 *
 * @example
 * ```ts
 * import { readTable } from "@ctsurv/ctsurv/cohort/table";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".csv" });
 * await Deno.writeFile(path, Uint8Array.of(0xff, 0xfe, 0x49, 0, 0x44, 0)); // "ID" in UTF-16
 * assertEquals(await readTable(path), "ID");
 * await Deno.remove(path);
 * ```
 */
export async function readTable(path: string): Promise<string> {
  const bytes = await readBytes(path);
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) {
    throw new InputError(`${path} is an Excel workbook or another zip file, not a table in text; save it as CSV UTF-8`);
  }
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe
    ? "utf-16le"
    : bytes[0] === 0xfe && bytes[1] === 0xff
    ? "utf-16be"
    : "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new InputError(`${path} is not text in UTF-8; save it as CSV UTF-8, so that no letter is lost`);
  }
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new InputError(`${path}: there is no such file`);
    if (error instanceof Deno.errors.PermissionDenied) throw new InputError(`${path}: no permission to read it`);
    if (error instanceof Deno.errors.IsADirectory) throw new InputError(`${path} is a folder; give the file in it`);
    throw error;
  }
}

/** Problems that a message lists. */
const SHOWN = 20;

/**
 * Reports everything that is wrong with a file at once, so that it can be mended in one go.
 *
 * @throws {InputError} If there are problems: the first 20, one per line, and how many more.
 *
 * @example
 * ```ts
 * import { refuseIfAny } from "@ctsurv/ctsurv/cohort/table";
 * import { assertThrows } from "@std/assert";
 *
 * refuseIfAny([], "clinical.csv");
 * assertThrows(
 *   () => refuseIfAny(["row 2: no age", "row 5: no status"], "clinical.csv"),
 *   Error,
 *   "clinical.csv has 2 problems:",
 * );
 * ```
 */
export function refuseIfAny(problems: readonly string[], file: string): void {
  if (problems.length === 0) return;
  if (problems.length === 1) throw new InputError(problems[0]);
  const more = problems.length > SHOWN ? [`and ${problems.length - SHOWN} more`] : [];
  throw new InputError(
    [`${file} has ${problems.length} problems:`, ...problems.slice(0, SHOWN), ...more].join("\n  "),
  );
}
