import { movement } from "./_movement.ts";
import { type Pair, pairTrees } from "./_pair_trees.ts";
import { describePlace } from "./_place.ts";
import type { Difference, ResultValue } from "./difference.ts";
import type { NumberKind } from "./number_kind.ts";
import type { Tolerances } from "./tolerances.ts";

/** The comparison of two results. */
export interface TreeComparison {
  /** Values that moved by more than is tolerated, and values that only one result has. */
  readonly differences: readonly Omit<Difference, "file">[];
  /** How many numbers and texts both results have. */
  readonly values: number;
  /** The most that numbers of each kind moved. */
  readonly largest: Readonly<Partial<Record<NumberKind, number>>>;
}

/** Compares two results, given as parsed JSON. */
export function compareTrees(reference: unknown, found: unknown, tolerances: Tolerances): TreeComparison {
  const largest: Partial<Record<NumberKind, number>> = {};
  const differences: Omit<Difference, "file">[] = [];
  let values = 0;
  for (const pair of pairTrees(reference, found)) {
    const place = describePlace(pair.place);
    if (isWhole(pair)) {
      values++;
      const { kind, moved } = movement(pair);
      if (kind !== "exact") largest[kind] = Math.max(largest[kind] ?? 0, moved);
      const tolerance = kind === "exact" ? undefined : tolerances[kind];
      if (moved <= (tolerance ?? 0)) continue;
      const [from, to] = pair.values;
      const judged = {
        ...kind !== "exact" && { kind, tolerance: tolerances[kind] },
        severity: moved / (tolerance ?? 0),
      };
      differences.push({ place, change: "moved", reference: from, found: to, ...judged });
    } else {
      differences.push({ place, change: pair.values[0] === undefined ? "additional" : "missing", severity: Infinity });
    }
  }
  return { differences, values, largest };
}

function isWhole(pair: Pair): pair is Pair & { readonly values: readonly [ResultValue, ResultValue] } {
  return pair.values.every((value) => value !== undefined);
}
