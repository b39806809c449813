import { InputError } from "@ctsurv/base/mod.ts";

/**
 * Administrative censoring: follow-up ends at `horizon` months for everyone. A death at exactly the horizon still
 * counts as an event.
 *
 * @throws {InputError} If the months are negative or not finite.
 */
export function censorAt(followUp: FollowUp, horizon: number): FollowUp {
  const { months } = followUp;
  if (!(months >= 0 && months < Infinity)) throw new InputError(`A follow-up time is 0 or more months, not ${months}`);
  return months > horizon ? { months: horizon, event: 0 } : followUp;
}

/** What is known of one patient: how long they were followed, and whether that ended in death. */
export interface FollowUp {
  /** Months from the scan to death or to the last contact, from 0. */
  readonly months: number;
  /** 1: died at `months`. 0: was alive then, nothing is known of later (censored). */
  readonly event: 0 | 1;
}

/** Days in an average month: 365.25 / 12 = 30.4375. */
export const DAYS_PER_MONTH = 365.25 / 12;

/**
 * How days become months: `"average"` divides by 30.4375; `"authors"` is the whole months of 30 days that the authors'
 * code uses, `floor(days / 30)`.
 */
export type MonthRule = "average" | "authors";

/**
 * Converts a follow-up time in days to months.
 *
 * @throws {InputError} If `days` is negative or not finite.
 */
export function daysToMonths(days: number, { rule = "average" }: { readonly rule?: MonthRule } = {}): number {
  if (!(days >= 0 && days < Infinity)) throw new InputError(`A follow-up time is 0 or more days, not ${days}`);
  return rule === "average" ? days / DAYS_PER_MONTH : Math.floor(days / 30);
}
