import type { Pair } from "./_pair_trees.ts";
import type { ResultValue } from "./difference.ts";
import { isRelative, type NumberKind } from "./number_kind.ts";

/** How far a value moved. */
export interface Movement {
  /** The kind of number, which has a tolerance; `exact` has none. */
  readonly kind: NumberKind | "exact";
  /** 0 if nothing moved; infinite if there is no distance: another text, or a number instead of null. */
  readonly moved: number;
}

/** Measures how far the two values of a pair are from each other. Both are there. Numbers within a text count too. */
export function movement({ kind, values: [a, b] }: Pair): Movement {
  if (a === b || kind === "ignored" || kind === "hash of scaled weights" || (isScaledHash(a) && isScaledHash(b))) {
    return { kind: "exact", moved: 0 };
  }
  const [one, other] = [takeApart(a!), takeApart(b!)];
  const isExact = kind === "exact" || kind === "losses" || typeof a !== typeof b || one.frame !== other.frame ||
    (kind === undefined && (typeof a === "string" || [a, b].every(Number.isInteger)));
  if (isExact) return { kind: "exact", moved: Infinity };
  const known = kind ?? "other";
  return {
    kind: known,
    moved: Math.max(...one.numbers.map((x, i) => distance(x, other.numbers[i]!, known) - one.unit)),
  };
}

function distance(from: number, to: number, kind: NumberKind): number {
  const difference = Math.abs(to - from);
  if (isRelative(kind)) return difference / Math.abs(from);
  return kind === "other" ? difference / Math.max(1, Math.abs(from)) : difference;
}

const DECIMAL = /[-−]?\d+\.\d+/g;

/**
 * Splits a value into the text around its numbers, and the numbers; `unit` is the most that rounding for people adds.
 */
function takeApart(value: ResultValue): { frame: string; numbers: readonly number[]; unit: number } {
  if (typeof value === "number") return { frame: "#", numbers: [value], unit: 0 };
  if (typeof value !== "string") return { frame: `${value}`, numbers: [], unit: 0 };
  const decimals = value.match(DECIMAL) ?? [];
  return {
    frame: value.replaceAll(DECIMAL, "#"),
    numbers: decimals.map((text) => Number(text.replace("−", "-"))),
    unit: Math.max(0, ...decimals.map((text) => 10 ** -text.split(".")[1]!.length)),
  };
}

/** Whether a table shows the weights of a seed. Their scales are computed, so their hash depends on the processor. */
function isScaledHash(value: ResultValue | undefined): boolean {
  return /^seeded, [0-9a-f]{8}$/.test(`${value}`);
}
