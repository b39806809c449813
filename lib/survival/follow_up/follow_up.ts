import { InputError } from "@ctsurv/base/mod.ts";

/** The horizon of the predictions, months: the paper predicts two-year survival, month by month. */
export const HORIZON_MONTHS = 24;

/**
 * Administrative censoring: follow-up ends at `horizon` months for everyone. A death at exactly the horizon still
 * counts as an event.
 *
 * @example
 * ```ts
 * import { censorAt } from "@ctsurv/ctsurv/survival";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(censorAt({ months: 31, event: 1 }, 24), { months: 24, event: 0 });
 * assertEquals(censorAt({ months: 24, event: 1 }, 24), { months: 24, event: 1 });
 * ```
 *
 * @throws {InputError} If the months are negative or not finite.
 */
export function censorAt(followUp: FollowUp, horizon: number): FollowUp {
  const { months } = followUp;
  if (!(months >= 0 && months < Infinity)) throw new InputError(`A follow-up time is 0 or more months, not ${months}`);
  return months > horizon ? { months: horizon, event: 0 } : followUp;
}

/** How long a patient was followed, and whether the follow-up ended in death. */
export interface FollowUp {
  /** Months from the scan to death or to the last contact, from 0. */
  readonly months: number;
  /** 1: died at `months`. 0: alive at `months`, nothing is known about what happened afterwards (censored). */
  readonly event: 0 | 1;
}

/** Days in an average month: 365.25 / 12 = 30.4375. */
export const DAYS_PER_MONTH = 365.25 / 12;

/**
 * How days become months. `"average"` divides by 30.4375. `"authors"` counts whole months of 30 days, `floor(days /
 * 30)`, as the authors' code does.
 */
export type MonthRule = "average" | "authors";

/**
 * Converts a follow-up time in days to months.
 *
 * @example
 * ```ts
 * import { daysToMonths } from "@ctsurv/ctsurv/survival";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(daysToMonths(730.5), 24);
 * assertEquals(daysToMonths(100, { rule: "authors" }), 3);
 * ```
 *
 * @throws {InputError} If `days` is negative or not finite.
 */
export function daysToMonths(days: number, { rule = "average" }: { readonly rule?: MonthRule } = {}): number {
  if (!(days >= 0 && days < Infinity)) throw new InputError(`A follow-up time is 0 or more days, not ${days}`);
  return rule === "average" ? days / DAYS_PER_MONTH : Math.floor(days / 30);
}
