import { median } from "@ctsurv/base/mod.ts";
import { elementNames } from "./_element_names.ts";
import { child, element, named, type Place, root } from "./_place.ts";
import type { ResultValue } from "./difference.ts";
import { type ComparisonKind, comparisonKind } from "./number_kind.ts";

/** The two values at the same place of two results, or a value that only one of them has. */
export interface Pair {
  readonly place: Place;
  /** Undefined if it depends on the values. */
  readonly kind: ComparisonKind | "hash of scaled weights" | undefined;
  /** Reference first; undefined if the result has nothing at this place. */
  readonly values: readonly [ResultValue | undefined, ResultValue | undefined];
}

/**
 * Pairs the values at the same places of two results. Elements of lists are paired by name (model, fold, patient), in
 * any order. For a branch that only one result has, there is one pair for its place and none for what is in it.
 *
 * @param reference Parsed JSON.
 */
export function pairTrees(reference: unknown, found: unknown): Generator<Pair> {
  return pairs(root, reference, found);
}

function* pairs(place: Place, a: unknown, b: unknown): Generator<Pair> {
  const kind = comparisonKind(place.keys);
  if (kind === "ignored") return;
  if (a === undefined || b === undefined) yield { place, kind, values: [present(a), present(b)] };
  else if (kind === "losses" && isNumbers(a) && isNumbers(b)) yield* lossPairs(place, a, b);
  else if (Array.isArray(a) && Array.isArray(b)) yield* listPairs(place, a, b);
  else if (isObject(a) && isObject(b)) yield* objectPairs(place, a, b);
  else yield { place, kind, values: [plain(a), plain(b)] };
}

function* objectPairs(place: Place, a: Branch, b: Branch): Generator<Pair> {
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const at = child(place, key);
    if (key === "hash" && a.kind === "seeded" && b.kind === "seeded") {
      yield { place: at, kind: "hash of scaled weights", values: [plain(a.hash), plain(b.hash)] };
    } else yield* pairs(at, a[key], b[key]);
  }
}

function* listPairs(place: Place, a: readonly unknown[], b: readonly unknown[]): Generator<Pair> {
  const [names, others] = elementNames(a, b);
  if (!names || !others) {
    for (let i = 0; i < Math.max(a.length, b.length); i++) yield* pairs(element(place, i), a[i], b[i]);
    return;
  }
  const found = new Map(others.map((name, i) => [name, b[i]]));
  for (const [i, name] of names.entries()) yield* pairs(named(place, name), a[i], found.get(name));
  const known = new Set(names);
  for (const name of others) if (!known.has(name)) yield* pairs(named(place, name), undefined, found.get(name));
}

/**
 * Pairs the losses of the first epoch, before rounding can grow, and of the median epoch, which a single epoch cannot
 * move.
 */
function* lossPairs(place: Place, a: readonly number[], b: readonly number[]): Generator<Pair> {
  yield { place: child(place, "epochs"), kind: "exact", values: [a.length, b.length] };
  if (a.length === 0 || b.length === 0) return;
  yield { place: child(place, "of the first epoch"), kind: "first-loss", values: [a[0], b[0]] };
  yield { place: child(place, "of the median epoch"), kind: "loss", values: [median(a), median(b)] };
}

type Branch = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Branch {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((one) => typeof one === "number");
}

/** Stands for a branch that is there, without its content. */
function present(value: unknown): ResultValue | undefined {
  return value === undefined ? undefined : true;
}

function plain(value: unknown): ResultValue {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : value as ResultValue;
}
