import { InputError } from "@ctsurv/base/mod.ts";
import { parseCsv, readTable } from "@ctsurv/cohort/table/mod.ts";
import { foldsFromOne } from "../results/cross_validation.ts";

/**
 * Reads a file of results in the form of parsed JSON. A table in CSV or Markdown becomes a list of rows, each a record
 * by column; the rest of a Markdown file becomes a list of lines. Cross-validations of ctsurv 0.1 get folds from 1.
 *
 * @param path Ends with `.json`, `.csv` or `.md`.
 * @throws {InputError} If it is not what its ending says.
 */
export async function readResult(path: string): Promise<unknown> {
  if (path.endsWith(".csv")) return { rows: csvRows(await readTable(path), path) };
  const text = await Deno.readTextFile(path);
  if (path.endsWith(".md")) return markdown(text);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${path} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  return isCrossValidation(content) ? foldsFromOne(content) : content;
}

function isCrossValidation(content: unknown): content is Parameters<typeof foldsFromOne>[0] {
  const { folds, predictions } = content as Partial<Record<string, unknown>> ?? {};
  const isOfFold = (one: unknown) => typeof (one as { readonly fold?: unknown } | null)?.fold === "number";
  return [folds, predictions].every((list) => Array.isArray(list) && list.every(isOfFold));
}

type Row = Readonly<Record<string, string | number>>;

function csvRows(text: string, name: string): Row[] {
  const { header, rows, number } = parseCsv(text, name);
  const value = (cell: string) => {
    const parsed = number(cell);
    return Number.isNaN(parsed) ? cell : parsed;
  };
  return rows.map(({ cells }) => Object.fromEntries(header.map((column, i) => [column, value(cells[i]!)])));
}

function markdown(text: string): { lines: string[]; rows: Row[] } {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const isRow = (line: string) => line.startsWith("|");
  const cells = (line: string) => line.slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.trim());
  const [header = [], , ...rows] = lines.filter(isRow).map(cells);
  return {
    lines: lines.filter((line) => !isRow(line)),
    rows: rows.map((row) => Object.fromEntries(header.map((column, i) => [column, row[i] ?? ""]))),
  };
}
