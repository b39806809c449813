import { InputError } from "@ctsurv/base/mod.ts";
import type { Csv } from "./csv.ts";

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

/** Rows among which column names are looked for, and names that a message lists. */
const [SEARCHED, LISTED] = [20, 40];

/**
 * Refuses a table without the columns that are needed, which are found by their names in any case. The message has the
 * columns that are there. If the names stand in a row further down, it says so.
 *
 * @param advice Ends the message: what to do if the columns have other names.
 * @throws {InputError} If a column is missing.
 *
 * @example
 * ```ts
 * import { parseCsv, requireColumns } from "@ctsurv/ctsurv/cohort/table";
 * import { assertThrows } from "@std/assert";
 *
 * const csv = parseCsv("patient,months\nP1,24\n", "own.csv");
 * requireColumns(csv, ["Patient", "months"]);
 * assertThrows(() => requireColumns(csv, ["event"]), Error, "own.csv has no column event; its columns are patient, months");
 * ```
 */
export function requireColumns(
  { file, header, rows }: Pick<Csv, "file" | "header" | "rows">,
  names: readonly string[],
  advice = "",
): void {
  const missingIn = (cells: readonly string[]) => {
    const there = new Set(cells.map((cell) => cell.toLowerCase()));
    return names.filter((name) => !there.has(name.toLowerCase()));
  };
  const missing = missingIn(header);
  if (missing.length === 0) return;
  const columns = header.map((name) => name || "(without a name)");
  const more = columns.length > LISTED ? ` and ${columns.length - LISTED} more` : "";
  const below = rows.slice(0, SEARCHED).find(({ cells }) => missingIn(cells).length === 0);
  throw new InputError(
    `${file} has no column ${missing.join(", ")}; its columns are ${columns.slice(0, LISTED).join(", ")}${more}` +
      (below ? `. Row ${below.line} has these names: delete the title or the notes above it` : advice && `. ${advice}`),
  );
}
