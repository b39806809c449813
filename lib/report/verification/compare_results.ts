import { join } from "node:path";
import { compareTrees } from "./_compare_trees.ts";
import type { Difference } from "./difference.ts";
import { isFigure, listResults } from "./_list_results.ts";
import type { NumberKind } from "./number_kind.ts";
import { provenanceNotes } from "./_provenance_notes.ts";
import { readResult } from "./_read_result.ts";
import type { Tolerances } from "./tolerances.ts";

/** How two folders of results compare. */
export interface ResultsComparison {
  /** What moved by more than is tolerated, or is missing or additional; file by file. */
  readonly differences: readonly Difference[];
  /** What differs and may: where and by what it was computed, and how figures look. */
  readonly notes: readonly string[];
  /** Files that both have. */
  readonly files: number;
  /** Numbers and texts that stand in both. */
  readonly values: number;
  /** The most that numbers of each kind moved. */
  readonly largest: Readonly<Partial<Record<NumberKind, number>>>;
}

/**
 * Compares two folders of results: JSON, CSV and Markdown by structure and by tolerance; of figures that they are there,
 * with a note where they look different. HTML pages, notebooks and `run.json` are not compared.
 *
 * @param reference The folder to compare with.
 * @throws {InputError} If there is no such folder, it holds no results, or a file is not what its ending says.
 */
export async function compareResults(
  reference: string,
  found: string,
  tolerances: Tolerances,
): Promise<ResultsComparison> {
  const [before, after] = [await listResults(reference), await listResults(found)];
  const shared = [...before.keys()].filter((name) => after.has(name));
  const differences: Difference[] = [
    ...only(before, after).map((file) => whole(file, "missing")),
    ...only(after, before).map((file) => whole(file, "additional")),
  ];
  const largest: Partial<Record<NumberKind, number>> = {};
  const changedFigures: string[] = [];
  const trees: { reference: unknown[]; found: unknown[] } = { reference: [], found: [] };
  let values = 0;
  for (const name of shared) {
    const [file, other] = [before.get(name)!, after.get(name)!];
    const [from, to] = [join(reference, file), join(found, other)];
    if (isFigure(file)) {
      if (!await haveSameBytes(from, to)) changedFigures.push(file === other ? file : `${file}, which is ${other}`);
      continue;
    }
    const [a, b] = [await readResult(from), await readResult(to)];
    trees.reference.push(a);
    trees.found.push(b);
    const compared = compareTrees(a, b, tolerances);
    differences.push(...compared.differences.map((difference) => ({ file, ...difference })));
    values += compared.values;
    for (const [kind, moved] of Object.entries(compared.largest) as [NumberKind, number][]) {
      largest[kind] = Math.max(largest[kind] ?? 0, moved);
    }
  }
  const notes = [
    ...provenanceNotes(trees.reference, trees.found),
    ...changedFigures.map((file) => `looks different: ${file}`),
  ];
  return { differences, notes, files: shared.length, values, largest };
}

type Files = ReadonlyMap<string, string>;

function only(these: Files, others: Files): string[] {
  return [...these].filter(([name]) => !others.has(name)).map(([, file]) => file);
}

function whole(file: string, change: "missing" | "additional"): Difference {
  return { file, place: "", change, severity: Infinity };
}

async function haveSameBytes(...paths: readonly [string, string]): Promise<boolean> {
  const [a, b] = await Promise.all(paths.map((path) => Deno.readFile(path)));
  return a!.length === b!.length && a!.every((byte, i) => byte === b![i]);
}
