import { type Table, table, type TableValue } from "./table.ts";

/** Rows that a frame shows; a cohort of hundreds would fill the page. */
const MOST_ROWS = 60;
const MOST_DECIMALS = 3;

/** What a danfo.js `DataFrame` and a `Series` have in common. */
export interface FrameLike {
  /** [rows, columns]; of a series [rows]. */
  readonly values: unknown;
  /** Their names; of a series one. */
  readonly columns: readonly string[];
  /** A name for each row, by default its number. */
  readonly index: readonly (string | number)[];
}

/**
 * A danfo.js data frame or series as a table, at most its first 60 rows. Numbers of a column have the same decimals, at
 * most three. The index is shown where it holds names, as `describe` and `valueCounts` make it; row numbers are not.
 *
 * @param caption Above the table. Where rows are left out, it ends with how many.
 */
export function frameTable({ values, columns, index }: FrameLike, caption?: string): Table {
  const rows = (values as unknown[]).map((row) => (Array.isArray(row) ? row : [row]).map(cell));
  const hasNames = index.some((name) => typeof name === "string");
  const shown = rows.slice(0, MOST_ROWS).map((row, i) => ({ name: index[i], row }));
  const left = rows.length > shown.length ? `The first ${shown.length} of ${rows.length} rows` : undefined;
  return table(
    shown,
    [
      ...hasNames ? [{ label: "", value: ({ name }: typeof shown[number]) => name }] : [],
      ...columns.map((label, i) => ({
        // A series without a name has the column 0.
        label: columns.length === 1 && label === "0" ? "" : label,
        value: ({ row }: typeof shown[number]) => row[i],
        decimals: decimalsOf(shown.map(({ row }) => row[i])),
      })),
    ],
    [caption, left].filter((text) => text !== undefined).join(". ") || undefined,
  );
}

function cell(value: unknown): TableValue {
  if (value === null || value === undefined) return null;
  return typeof value === "number" || typeof value === "boolean" ? value : `${value}`;
}

/** As few decimals as say all of a column's numbers. */
function decimalsOf(column: readonly TableValue[]): number {
  const numbers = column.filter((value) => typeof value === "number" && Number.isFinite(value)) as number[];
  for (let decimals = 0; decimals < MOST_DECIMALS; decimals++) {
    if (numbers.every((value) => Number(value.toFixed(decimals)) === value)) return decimals;
  }
  return MOST_DECIMALS;
}
