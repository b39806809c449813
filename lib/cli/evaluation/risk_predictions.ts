import { InputError } from "@ctsurv/base/mod.ts";
import type { Evaluation } from "@ctsurv/survival/mod.ts";

/** Months at which risks are scored. */
export interface RiskTimes {
  /** @default {24, or the longest follow-up if that is shorter} */
  readonly horizon?: number | undefined;
  /** @default {6, 12, 18 and 24 as far as somebody was followed for so long} */
  readonly times?: readonly number[] | undefined;
}

const USUAL = [6, 12, 18, 24];

/**
 * Curves that rank the patients as their risks do, at any time: each is flat, at the share of patients whose risk is
 * higher, with ties in the middle. Ctd is then Harrell's C, and AUC, Uno's C and the split at the median are those of
 * the risk. Whatever reads a survival as a probability must not be computed from them.
 */
export function riskCurves(
  rows: readonly { readonly risk: number; readonly months: number }[],
  { horizon, times = [] }: RiskTimes,
): { readonly times: readonly number[]; readonly survival: readonly (readonly number[])[] } {
  const longest = rows.reduce((most, { months }) => Math.max(most, months), 0);
  const usual = USUAL.filter((t) => t <= longest);
  const ends = horizon ?? usual.at(-1) ?? longest;
  const late = times.find((t) => t > ends);
  if (late !== undefined) {
    throw new InputError(`--times ${late} is after the horizon, ${ends} months; give a later --horizon`);
  }
  const grid = [...new Set([...usual.filter((t) => t < ends), ...times, ends])].sort((a, b) => a - b);
  const sorted = rows.map(({ risk }) => risk).sort((a, b) => b - a);
  const higher = new Map<number, number>();
  sorted.forEach((risk, rank) => higher.set(risk, Math.min(higher.get(risk) ?? Infinity, rank)));
  const ties = Map.groupBy(sorted, (risk) => risk);
  return {
    times: grid,
    survival: rows.map(({ risk }) => {
      const share = (higher.get(risk)! + ties.get(risk)!.length / 2) / rows.length;
      return grid.map(() => share);
    }),
  };
}

/** What a risk cannot say. */
export const WITHOUT_CURVES =
  "A risk is no probability: Brier score, D-calibration and calibration need survival curves (S12, S24, ...)";

/**
 * An evaluation in JSON, with null for the scores that need probabilities. Of the variants of Ctd there is one: the
 * others differ in how they read curves.
 */
export function riskJson<T extends Pick<Evaluation, "ctd" | "intervals">>(evaluation: T) {
  const { ctd, intervals } = evaluation;
  return {
    ...evaluation,
    ctd: { pre: { risk: ctd.pre.risk }, post: { risk: ctd.post.risk } },
    intervals: intervals && { ...intervals, brier: null },
    brier: null,
    dCalibration: null,
    calibration: null,
    calibrationIndex: null,
    without: WITHOUT_CURVES,
  };
}
