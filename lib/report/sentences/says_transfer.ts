import { listWords } from "@ctsurv/base/mod.ts";
import { sideOf } from "./_words.ts";
import type { SaidDifference } from "./says_difference.ts";

/** A head from the source against a new one, where both have so many of the target's patients to train on. */
export interface TransferAtSize {
  /** Of the target, in each fold's training; "all" for those whom the fold does not test. */
  readonly patients: number | "all";
  /** Fine-tuned less new; null where nothing could be compared. */
  readonly difference: SaidDifference | null;
}

/**
 * Says with how many of the target's patients a head from the source is ahead of a new one. A number where the two are
 * not told apart does not show that transfer stops to help there: the interval may only be wide.
 *
 * @example
 * ```ts
 * import { saysTransfer } from "@ctsurv/ctsurv/report";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   saysTransfer([
 *     { patients: 4, difference: { difference: .12, low: .04, high: .2 } },
 *     { patients: 16, difference: { difference: .05, low: -.03, high: .12 } },
 *     { patients: "all", difference: { difference: .01, low: -.05, high: .06 } },
 *   ]),
 *   "The head from the source is ahead of a new one with 4 of the target's patients. With 16 and all of them the two " +
 *     "are not told apart.",
 * );
 * ```
 *
 * @param rows From the fewest patients to all.
 */
export function saysTransfer(rows: readonly TransferAtSize[]): string {
  const at = (found: "above" | "below" | "around" | "none") =>
    rows.filter(({ difference }) => (difference ? sideOf(difference) : "none") === found)
      .map(({ patients }) => `${patients}`);
  const [ahead, behind, alike, none] = [at("above"), at("below"), at("around"), at("none")];
  const parts = [
    ...ahead.length > 0
      ? [`The head from the source is ahead of a new one with ${listWords(ahead)} of the target's patients.`]
      : ["With no number of the target's patients is the head from the source shown to be ahead of a new one."],
    ...behind.length > 0 ? [`With ${listWords(behind)} of them it is behind.`] : [],
    ...alike.length > 0 ? [`With ${listWords(alike)} of them the two are not told apart.`] : [],
    ...none.length > 0 ? [`With ${listWords(none)} of them there is no number.`] : [],
  ];
  return parts.join(" ");
}
