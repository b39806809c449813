import { DAYS_PER_MONTH, daysToMonths } from "../follow_up/follow_up.ts";
import { firstIndex, type SurvivalPredictions } from "../follow_up/predictions.ts";
import type { CtdOptions } from "./concordance.ts";

/** For each position: the time by which it is compared, and the column of the grid that it reads as an anchor. */
export interface Reading {
  readonly clock: Float64Array;
  /** {@linkcode BEFORE_GRID} where everybody is alive by definition. */
  readonly columns: Int32Array;
}

/** The column of a time before the grid, at which everybody is alive. */
export const BEFORE_GRID = -1;

/** How each variant reads times and curves of patients who are in order of time. */
export function readingOf(
  { times, months }: SurvivalPredictions,
  order: Uint32Array,
  { variant, lookup }: Required<CtdOptions>,
): Reading {
  const last = times.length - 1;
  const sorted = Float64Array.from(order, (i) => months[i]!);
  if (variant === "authors") {
    const clock = sorted.map(monthsOfThirtyDays);
    const upTo = (t: number) => firstIndex(times.length, (k) => times[k]! > t) - 1;
    // The authors sum the bins [: T - 1], and in Python [: -1] is all but the last.
    return { clock, columns: Int32Array.from(clock, (whole) => whole === 0 ? Math.max(last - 1, 0) : upTo(whole - 1)) };
  }
  /** The grid interval (t_(k-1), t_k] that holds a time; beyond the grid, its length. */
  const intervals = Int32Array.from(sorted, (own) => firstIndex(times.length, (k) => times[k]! >= own));
  const columns = intervals.map((next, p) =>
    lookup === "pre" || times[next] === sorted[p] ? Math.min(next, last) : Math.max(next - 1, 0)
  );
  return { clock: variant === "lab" ? Float64Array.from(intervals) : sorted, columns };
}

/**
 * The authors' whole months of a follow-up in months of 30.4375 days. Tables have whole days, so the days are rounded
 * first: otherwise the last digit of the months decides about a patient of exactly 300 days.
 */
export function monthsOfThirtyDays(months: number): number {
  return daysToMonths(Math.round(months * DAYS_PER_MONTH), { rule: "authors" });
}
