import { join } from "node:path";
import { formatSeconds, InputError, writeAtomic } from "@ctsurv/base/mod.ts";
import { formatNumber } from "@ctsurv/report/mod.ts";
import { ALL_FOLDS, ALL_PATIENTS, stageParts, type StageRecord, toWhole } from "./stages.ts";

/** The page that shows the table. */
export const DOCS = "docs/LUNG1.md";

/** The stages as Markdown. */
export function stagesTable(records: readonly StageRecord[]): string {
  if (records.length === 0) return "No stage was measured yet.";
  const header = ["stage", "run on", "processor time", "by the clock", "load", "memory", "disk", "415 patients"];
  const rows = records.map((record) => [
    record.stage,
    runOn(record),
    formatSeconds(record.cpuSeconds),
    formatSeconds(record.wallSeconds),
    `${formatNumber(record.load.start, 1)} to ${formatNumber(record.load.end, 1)}`,
    megabytes(record.peakMegabytes),
    megabytes(record.diskMegabytes),
    whole(record),
  ]);
  return [markdownTable([header, ...rows]), "", ...notes(records)].join("\n");
}

/** Puts text between the marks `<!-- NAME: begin -->` and `<!-- NAME: end -->` of a page. */
export function putBetween(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new InputError(`The page has no place for the table: ${begin} and ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}

/** Writes a table into a page of the documentation, see {@linkcode putBetween}. */
export async function writeBetween(root: string, page: string, name: string, text: string): Promise<void> {
  const path = join(root, page);
  await writeAtomic(path, putBetween(await Deno.readTextFile(path), name, text));
  console.error(`Table: ${page}`);
}

function runOn({ patients, folds, slices }: StageRecord): string {
  const some = patients === ALL_PATIENTS ? "all" : `${patients} patients`;
  if (folds !== null) return `${some}, ${folds} of ${ALL_FOLDS} folds`;
  return slices === null ? some : `${some}, ${formatNumber(slices, 0)} slices`;
}

/** Processor time for all patients and folds: measured, or the measured one times the patients and folds that lack. */
function whole(record: StageRecord): string {
  const factor = toWhole(record);
  if (factor === 1) return "measured";
  // A part of the table does not grow with patients, so that a trial on few says nothing about it.
  if (stageParts(record.stage).kind === "tables") return "not extrapolated";
  return `extrapolated: ${formatSeconds(factor * record.cpuSeconds)}`;
}

function notes(records: readonly StageRecord[]): string[] {
  const [first] = records;
  const times = records.filter(({ stage }) => stageParts(stage).kind !== "tables");
  const total = times.reduce((sum, record) => sum + toWhole(record) * record.cpuSeconds, 0);
  const peak = Math.max(...records.map(({ peakMegabytes }) => peakMegabytes));
  const text = `Together ${formatSeconds(total)} of processors for these stages, tables left out, with what is ` +
    `extrapolated. Peak memory of any stage: ${megabytes(peak)}. Machine: ${first!.machine.cpu}, ${
      first!.cores
    } cores.`;
  return wrap(text, 120);
}

function megabytes(value: number): string {
  return value < 1000 ? `${value} MB` : `${formatNumber(value / 1024, 1)} GB`;
}

/** A table, the first row above it, laid out as `deno fmt` lays out tables. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(3, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  const [header, ...body] = rows;
  return [line(header!), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
