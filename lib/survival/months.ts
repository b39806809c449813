import { InputError } from "@ctsurv/common/mod.ts";

/** Days in an average month: 365.25 / 12 = 30.4375. */
export const daysPerMonth = 365.25 / 12;

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
  if (!(days >= 0 && days < Infinity)) throw new InputError(`A follow-up time is a number of days from 0, not ${days}`);
  return rule === "average" ? days / daysPerMonth : Math.floor(days / 30);
}
