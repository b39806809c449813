import { quoteCsv } from "@ctsurv/base/mod.ts";
import { type Displayable, jupyterDisplay } from "../displayable.ts";
import { escapeMarkup, formatNumber, MISSING } from "../format.ts";

/** The value of a cell. Null, undefined, NaN and infinite numbers are shown as "–". */
export type TableValue = string | number | boolean | null | undefined;

/** A column of a table over rows of type `Row`. */
export interface TableColumn<Row> {
  /** Text above the column. */
  readonly label: string;
  /** Takes the column's value from a row. */
  readonly value: (row: Row) => TableValue;
  /** Decimals of numbers; CSV has all digits. @default {0 for whole numbers, 3 for others} */
  readonly decimals?: number;
}

/** Rows and columns, in the formats that people and programs read. Texts in cells are plain: markup is escaped. */
export interface Table extends Displayable {
  /** A `<table>` without colours, which suits a light and a dark page. */
  readonly html: string;
  /** As GitHub writes tables, below the caption in bold. */
  readonly markdown: string;
  /** RFC 4180 without the caption. Numbers have all their digits; a value that is missing is empty. */
  readonly csv: string;
  /** Lines for a terminal, with columns aligned by spaces. */
  readonly text: string;
}

/**
 * Makes a table. A column is aligned to the right if all its values are numbers or missing.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { table } from "@ctsurv/ctsurv/report";
 *
 * const folds = [{ fold: 1, ctd: 0.61254 }, { fold: 2, ctd: null }];
 * const shown = table(folds, [
 *   { label: "Fold", value: (row) => row.fold },
 *   { label: "Ctd", value: (row) => row.ctd, decimals: 3 },
 * ], "Concordance by fold");
 * assertEquals(shown.text, "Concordance by fold\n\nFold    Ctd\n   1  0.613\n   2      –");
 * assertEquals(shown.csv, "Fold,Ctd\r\n1,0.61254\r\n2,\r\n");
 * ```
 */
export function table<Row>(rows: readonly Row[], columns: readonly TableColumn<Row>[], caption?: string): Table {
  const values = rows.map((row) => columns.map((column) => column.value(row)));
  const cells = values.map((row) => row.map((value, i) => show(value, columns[i]!.decimals)));
  const labels = columns.map(({ label }) => label);
  const numeric = columns.map((_, i) =>
    values.some((row) => typeof row[i] === "number") &&
    values.every((row) => row[i] == null || typeof row[i] === "number")
  );
  const html = toHtml(labels, cells, numeric, caption);
  const text = toText(labels, cells, numeric, caption);
  return {
    html,
    text,
    markdown: toMarkdown(labels, cells, numeric, caption),
    csv: [labels, ...values.map((row) => row.map(raw))].map((row) => row.map(quoteCsv).join(",") + "\r\n").join(""),
    [jupyterDisplay]: () => ({ "text/html": html, "text/plain": text }),
  };
}

function show(value: TableValue, decimals: number | undefined): string {
  if (typeof value === "number") return formatNumber(value, decimals ?? (Number.isInteger(value) ? 0 : 3));
  return value === null || value === undefined ? MISSING : `${value}`;
}

function raw(value: TableValue): string {
  return value === null || value === undefined || (typeof value === "number" && !Number.isFinite(value))
    ? ""
    : `${value}`;
}

type Rows = readonly (readonly string[])[];

function toHtml(labels: readonly string[], cells: Rows, numeric: readonly boolean[], caption?: string): string {
  // No colours: the page's own colours suit light and dark.
  const align = (i: number) => ` style="text-align: ${numeric[i] ? "right" : "left"}"`;
  const line = (tag: "th" | "td", row: readonly string[], scope = "") =>
    `<tr>${row.map((cell, i) => `<${tag}${scope}${align(i)}>${escapeMarkup(cell)}</${tag}>`).join("")}</tr>`;
  return [
    "<table>",
    ...(caption ? [`<caption>${escapeMarkup(caption)}</caption>`] : []),
    `<thead>${line("th", labels, ' scope="col"')}</thead>`,
    "<tbody>",
    ...cells.map((row) => line("td", row)),
    "</tbody>",
    "</table>",
  ].join("\n");
}

function toMarkdown(labels: readonly string[], cells: Rows, numeric: readonly boolean[], caption?: string): string {
  const line = (row: readonly string[]) =>
    `| ${row.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |\n`;
  const rule = `|${numeric.map((right) => right ? " ---: |" : " --- |").join("")}\n`;
  return (caption ? `**${caption}**\n\n` : "") + line(labels) + rule + cells.map(line).join("");
}

function toText(labels: readonly string[], cells: Rows, numeric: readonly boolean[], caption?: string): string {
  const all = [labels, ...cells];
  const widths = labels.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  const lines = all.map((row) =>
    row.map((cell, i) => numeric[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)).join("  ").trimEnd()
  );
  return [...(caption ? [caption, ""] : []), ...lines].join("\n");
}
