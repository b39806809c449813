import type { SurvivalPredictions } from "@ctsurv/survival/mod.ts";

/** No patient with lung cancer is followed for longer, in months: 30 years. */
const LONGEST_MONTHS = 360;

/**
 * A warning if the follow-up is longer than any in months. It is then probably in days, and every time that is compared
 * with the curves is wrong.
 *
 * @param patients Their names, in the order of the months.
 * @param advice What to do if they are days.
 */
export function followUpWarning(
  months: SurvivalPredictions["months"],
  patients: readonly string[],
  advice: string,
): string[] {
  const longest = Array.from(months).reduce((best, t, i, all) => t > all[best]! ? i : best, 0);
  const value = months[longest];
  if (value === undefined || value <= LONGEST_MONTHS) return [];
  const years = Math.round(value / 12);
  return [
    `the longest follow-up, of ${patients[longest]}, is ${Number(value.toFixed(1))} months (${years} years). ${advice}`,
  ];
}
