import type { PairedBootstrap } from "@ctsurv/survival/mod.ts";
import { formatP } from "@ctsurv/base/mod.ts";
import { bracketed, capital, counted, sideOf } from "./_words.ts";

/** A paired difference, as `pairedBootstrap` gives it. */
export type SaidDifference = Pick<PairedBootstrap, "difference" | "low" | "high">;

/** Options of {@linkcode saysDifference}. */
export interface SaysDifferenceOptions {
  /** How many patients both models predicted. */
  readonly patients: number;
  /** What the difference is in. @default {"Ctd within folds"} */
  readonly score?: string;
  /**
   * The p-value after Holm's adjustment, where this is one of several comparisons: the verdict then goes by it, and not by
   * the interval. @default {null, the only comparison}
   */
  readonly pHolm?: number | null;
}

/**
 * Says which of two models predicts better, and whether that is told apart from no difference. An interval that holds 0
 * means "not told apart". It does not mean "equal": its width says how large a difference could have been missed.
 *
 * @example
 * ```ts
 * import { saysDifference } from "@ctsurv/ctsurv/report";
 * import { assertEquals } from "@std/assert";
 *
 * const models = ["soft attention", "average pooling"] as const;
 * assertEquals(
 *   saysDifference(models, { difference: .034, low: .01, high: .058 }, { patients: 96 }),
 *   "Soft attention is ahead of average pooling by 0.034 [0.010, 0.058] in Ctd within folds (96 patients): " +
 *     "the interval lies above 0.",
 * );
 * assertEquals(
 *   saysDifference(models, { difference: .012, low: -.02, high: .045 }, { patients: 96 }),
 *   "Soft attention and average pooling are not told apart: soft attention less average pooling is " +
 *     "0.012 [-0.020, 0.045] in Ctd within folds (96 patients), and the interval holds 0.",
 * );
 * ```
 *
 * @param names The models, as they stand in a sentence: the first less the second.
 * @param found Null or undefined where nothing could be compared.
 */
export function saysDifference(
  [first, second]: readonly [string, string],
  found: SaidDifference | null | undefined,
  { patients, score = "Ctd within folds", pHolm = null }: SaysDifferenceOptions,
): string {
  if (!found) return `${capital(first)} and ${second} cannot be compared: there is no number for the difference.`;
  const where = `in ${score} (${counted(patients, "patient")})`;
  const { difference, low, high } = found;
  const isAdjusted = pHolm !== null;
  const side = !isAdjusted ? sideOf(found) : pHolm >= 0.05 ? "around" : difference > 0 ? "above" : "below";
  const adjusted = isAdjusted ? `${formatP(pHolm, 3)} after Holm's adjustment` : "";
  switch (side) {
    case "above":
      return `${capital(first)} is ahead of ${second} by ${bracketed(difference, found)} ${where}: ` +
        `${adjusted || "the interval lies above 0"}.`;
    case "below":
      return `${capital(first)} is behind ${second} by ${
        bracketed(-difference, { low: -high, high: -low })
      } ${where}: ` +
        `${adjusted || "the interval lies wholly on one side of 0"}.`;
    default:
      return `${capital(first)} and ${second} are not told apart: ${first} less ${second} is ` +
        `${bracketed(difference, found)} ${where}, ${adjusted || "and the interval holds 0"}.`;
  }
}
