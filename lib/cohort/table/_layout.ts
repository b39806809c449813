/** Where a table begins in a text, and what separates its cells. */
export interface Layout {
  /** The text with blank lines in place of what stands before the column names, so that rows keep their numbers. */
  readonly body: string;
  readonly delimiter: string;
}

/** In the order of preference where several occur equally often. */
const DELIMITERS = [",", ";", "\t", "|"];

/** Rows and characters that are looked at to find out what separates the cells. */
const [ROWS, CHARACTERS] = [20, 200_000];

/**
 * Finds the line of column names: after the byte-order mark, blank lines, Excel's `sep=;` and lines that begin with
 * `#`. The last of these counts as the column names if it looks like them, as numpy.savetxt writes them.
 *
 * The delimiter is the one that occurs most often in the column names, outside quotes. Where a title stands above them
 * that has none, or another than all else, the next lines decide. If no line has one, the cells are separated by blanks,
 * as by R's write.table.
 */
export function layoutOf(text: string): Layout {
  let rest = text.replace(/^\ufeff/, "");
  let given: string | undefined;
  let skipped = "";
  let comment: { readonly text: string; readonly skipped: string; readonly rest: string } | undefined;
  for (;;) {
    const [line, ending] = firstLine(rest);
    const separator = /^\s*"?sep=(.)"?\s*$/i.exec(line)?.[1];
    const isComment = line.trimStart().startsWith("#");
    if (line.trim() !== "" && separator === undefined && !isComment || rest === "") break;
    given ??= separator;
    rest = rest.slice(line.length + ending.length);
    if (isComment) comment = { text: line.trimStart().replace(/^#+\s*/, ""), skipped, rest };
    skipped += ending;
  }
  const delimiter = given ?? delimiterOf(rest);
  if (comment && rest !== "" && areNames(comment.text, rest, delimiter)) {
    return { body: comment.skipped + comment.text + "\n" + comment.rest, delimiter };
  }
  return { body: skipped + rest, delimiter };
}

function firstLine(text: string): readonly [line: string, ending: string] {
  const found = /\r\n|\n|\r/.exec(text);
  return found ? [text.slice(0, found.index), found[0]] : [text, ""];
}

/** Whether a line names the columns of the numbers in the next one. */
function areNames(line: string, rest: string, delimiter: string): boolean {
  const [names, cells] = [line, firstLine(rest)[0]].map((one) => cellsOf(one, delimiter)) as [string[], string[]];
  const isNumber = (cell: string) => cell.trim() !== "" && Number.isFinite(Number(cell));
  return names.length > 1 && names.length === cells.length && !names.some(isNumber) && cells.some(isNumber);
}

function delimiterOf(text: string): string {
  const [first, ...others] = firstRecords(text);
  if (first === undefined) return ",";
  const own = mostFrequent(first);
  const inOthers = (delimiter: string) => others.filter((record) => cellsOf(record, delimiter).length > 1).length;
  if (own !== undefined && 2 * inOthers(own) >= others.length) return own;
  const [blanks, ...ofOthers] = [first, ...others].map((record) => cellsOf(record, " ").length) as [
    number,
    ...number[],
  ];
  const isBlank = ofOthers.length > 0 && ofOthers.every((count) => count === ofOthers[0]) &&
    ofOthers[0]! > 1 && (blanks === ofOthers[0] || blanks === ofOthers[0]! - 1);
  if (own === undefined && isBlank) return " ";
  return DELIMITERS.reduce((best, next) => inOthers(next) > inOthers(best) ? next : best, own ?? ",");
}

function mostFrequent(record: string): string | undefined {
  const count = (delimiter: string) => cellsOf(record, delimiter).length;
  const best = DELIMITERS.reduce((best, next) => count(next) > count(best) ? next : best);
  return count(best) > 1 ? best : undefined;
}

/** The first records that are not blank; a line end inside of quotes ends none. */
function firstRecords(text: string): string[] {
  const records: string[] = [];
  let record = "";
  let quotes = 0;
  for (const [line] of text.slice(0, CHARACTERS).matchAll(/[^\r\n]*(\r\n|\n|\r|$)/g)) {
    record += line;
    quotes += line.split('"').length - 1;
    // A quote that is never closed takes in all that is looked at.
    if (quotes % 2 === 1 && line !== "") continue;
    if (record.trim() !== "") records.push(record);
    if (records.length === ROWS || line === "") break;
    record = "";
  }
  return records;
}

/** Splits at a delimiter outside of quotes. The quotes stay; R writes \\" for one inside of a cell. */
function cellsOf(record: string, delimiter: string): string[] {
  const cells = [""];
  let isQuoted = false;
  let before = "";
  for (const sign of record.trim()) {
    if (sign === '"' && before !== "\\") isQuoted = !isQuoted;
    if (sign === delimiter && !isQuoted) cells.push("");
    else cells[cells.length - 1] += sign;
    before = sign;
  }
  return cells;
}
