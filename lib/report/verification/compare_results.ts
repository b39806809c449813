import { join } from "node:path";
import { compareTrees } from "./_compare_trees.ts";
import { isFigure, listResults } from "./_list_results.ts";
import { provenanceNotes } from "./_provenance_notes.ts";
import { readResult } from "./_read_result.ts";
import type { Difference } from "./difference.ts";
import type { NumberKind } from "./number_kind.ts";
import type { Tolerances } from "./tolerances.ts";

/** The comparison of two folders of results. */
export interface ResultsComparison {
  /** Values that moved by more than is tolerated, and files and values that only one folder has; file by file. */
  readonly differences: readonly Difference[];
  /** Differences that are allowed: in the software and the machine, and in how figures look. */
  readonly notes: readonly string[];
  /** How many files both folders have. */
  readonly files: number;
  /** How many numbers and texts both folders have. */
  readonly values: number;
  /** The most that numbers of each kind moved, tolerated or not. */
  readonly largest: Readonly<Partial<Record<NumberKind, number>>>;
}

/**
 * Compares two folders of results. JSON, CSV and Markdown are compared value by value, with a tolerance for each kind
 * of number. Figures only have to be there; a note says which of them look different. HTML pages, notebooks and
 * `run.json` are not compared, nor is `seeds.json`, which has a script of its own.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { compareResults, profileTolerances, verificationText, withTolerances } from "@ctsurv/ctsurv/report";
 *
 * const [before, after] = [await Deno.makeTempDir(), await Deno.makeTempDir()];
 * await Deno.writeTextFile(`${before}/table1.json`, '{"models": [{"model": "vgg16", "mean": 0.55}]}');
 * await Deno.writeTextFile(`${after}/table1.json`, '{"models": [{"model": "vgg16", "mean": 0.56}]}');
 *
 * const tolerances = profileTolerances("smoke");
 * assertEquals((await compareResults(before, after, tolerances)).differences, []);
 *
 * const strict = withTolerances(tolerances, ["mean-ctd=0.001"]);
 * const comparison = await compareResults(before, after, strict);
 * assertEquals(
 *   verificationText(comparison, { tolerances: strict }).split("\n")[0],
 *   "Table 1, vgg16, mean Ctd: 0.550 -> 0.560 (tolerance 0.001)",
 * );
 * await Promise.all([before, after].map((folder) => Deno.remove(folder, { recursive: true })));
 * ```
 *
 * @param reference The folder to compare with.
 * @param found The folder to judge.
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
