import { capital, counted, plain } from "./_words.ts";

/**
 * Says how far a model moves between trainings that differ in their seed alone. A difference between two models that is
 * no larger than this is not told apart from the luck of a training, whatever its interval says: the interval is about
 * other patients.
 *
 * @example
 * ```ts
 * import { saysSpread } from "@ctsurv/ctsurv/report";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   saysSpread("soft attention", [.612, .634, .621]),
 *   "Soft attention was trained 3 times with other seeds: its Ctd within folds goes from 0.612 to 0.634. The seed alone " +
 *     "moves it by 0.022.",
 * );
 * ```
 *
 * @param values One for each training; null where there is none.
 */
export function saysSpread(name: string, values: readonly (number | null | undefined)[]): string {
  const known = values.filter((value) => value !== null && value !== undefined);
  if (known.length < 2) return `How far the seed of training moves ${name} is not known.`;
  const [low, high] = [Math.min(...known), Math.max(...known)];
  return `${capital(name)} was trained ${
    counted(known.length, "time")
  } with other seeds: its Ctd within folds goes from ` +
    `${plain(low)} to ${plain(high)}. The seed alone moves it by ${plain(high - low)}.`;
}
