import type { ResultsComparison } from "./compare_results.ts";
import { describeDifference, type Difference, fileTitle } from "./difference.ts";
import type { NumberKind } from "./number_kind.ts";
import type { Tolerances } from "./tolerances.ts";

/** Options of {@linkcode verificationText}. */
export interface VerificationTextOptions {
  /** Those that the comparison was made with. */
  readonly tolerances: Tolerances;
  /** The most differences to name per file; those that moved most come first. @default {Infinity} */
  readonly perFile?: number;
}

/**
 * Writes a comparison for people: each difference on a line, how far numbers of each kind moved at most, and the
 * differences that are allowed. The example of {@linkcode compareResults} shows it.
 */
export function verificationText(
  { differences, notes, files, values, largest }: ResultsComparison,
  { tolerances, perFile = Infinity }: VerificationTextOptions,
): string {
  const byFile = Map.groupBy(differences, ({ file }) => file);
  const kinds = Object.entries(largest) as [NumberKind, number][];
  const moves = kinds.map(([kind, moved]) => `${kind} ${Number(moved.toPrecision(2))} of ${tolerances[kind]}`);
  const verdict = differences.length === 0
    ? "No number differs by more than its tolerance"
    : `${count(differences.length, "difference")} in ${count(byFile.size, "file")}`;
  return [
    ...[...byFile].flatMap(([file, ofFile]) => fileLines(file, ofFile, perFile)),
    ...differences.length > 0 ? [""] : [],
    `${verdict}: ${count(values, "number")} and texts in ${count(files, "file")} compared`,
    ...moves.length > 0 ? [`The largest differences, with their tolerances: ${moves.join("; ")}`] : [],
    ...notes.length > 0 ? ["", "Differences that are allowed:", ...notes.map((note) => `  ${note}`)] : [],
  ].join("\n");
}

function fileLines(file: string, differences: readonly Difference[], most: number): string[] {
  const shown = differences.toSorted((a, b) => a.severity === b.severity ? 0 : b.severity - a.severity).slice(0, most);
  const left = differences.length - shown.length;
  return [
    ...shown.map(describeDifference),
    ...left > 0 ? [`${fileTitle(file)}: ${left} more, use --all to list them`] : [],
  ];
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
