import type { ResultValue } from "./difference.ts";
import { isRelative, type NumberKind } from "./number_kind.ts";
import type { Pair } from "./_pair_trees.ts";

/** How far a value moved. */
export interface Movement {
  /** By which tolerance it is judged; none where it has to be the same. */
  readonly kind: NumberKind | "exact";
  /** 0 where nothing moved; infinite where it is no matter of degree: another text, a number in place of none. */
  readonly moved: number;
}

/** How far the two values of a pair, both there, are from each other. Numbers within a text move as others do. */
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

/** A value as what stands around its numbers, and those; `unit` is what its rounding for people may add. */
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

/** As tables show the weights of a seed: their scales are computed, and rounded by each processor in its way. */
function isScaledHash(value: ResultValue | undefined): boolean {
  return /^seeded, [0-9a-f]{8}$/.test(`${value}`);
}
