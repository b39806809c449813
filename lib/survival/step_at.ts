import { firstIndex } from "./first_index.ts";

/**
 * A step function that jumps at increasing `times`, at `t`: the value of the last time at or before `t`, or with
 * `"before"` strictly before it (the limit from the left); `first` before all of them.
 */
export function stepAt(
  times: ArrayLike<number>,
  values: ArrayLike<number>,
  t: number,
  { first = 1, side = "at" }: { readonly first?: number; readonly side?: "at" | "before" } = {},
): number {
  const k = firstIndex(times.length, (k) => side === "at" ? times[k]! > t : times[k]! >= t);
  return k === 0 ? first : values[k - 1]!;
}
