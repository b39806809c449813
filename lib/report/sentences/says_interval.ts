import { bracketed, capital, counted, plain, sideOf } from "./_words.ts";

/** A score with its interval, as results have it. */
export interface SaidScore {
  /** Null where nothing could be compared. */
  readonly value: number | null;
  /** Null where there is none. */
  readonly interval: { readonly low: number; readonly high: number } | null;
}

/** Options of {@linkcode saysInterval}. */
export interface SaysIntervalOptions {
  /** How many patients the number is of. */
  readonly patients: number;
  /** What the number is. @default {"Ctd within folds"} */
  readonly score?: string;
  /** What a model that knows nothing comes to. @default {0.5} */
  readonly chance?: number;
}

/**
 * Says how well a model predicts, and whether that is told apart from chance. An interval that holds the chance level is
 * "not told apart from chance": it does not say that the model knows nothing.
 *
 * @example
 * ```ts
 * import { saysInterval } from "@ctsurv/ctsurv/report";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   saysInterval("soft attention", { value: .634, interval: { low: .571, high: .697 } }, { patients: 96 }),
 *   "Soft attention has a Ctd within folds of 0.634 [0.571, 0.697] (96 patients). " +
 *     "The interval lies above 0.5, the chance level.",
 * );
 * ```
 *
 * @param name The model, as it stands in a sentence.
 * @param score Such as `ctdWithinFolds.pre.risk`; undefined or without a value where there is no number.
 */
export function saysInterval(
  name: string,
  score: SaidScore | null | undefined,
  { patients, score: what = "Ctd within folds", chance = 0.5 }: SaysIntervalOptions,
): string {
  if (!score || score.value === null) {
    return `${capital(name)} has no ${what}: there are no two patients whom it could compare.`;
  }
  const { value, interval } = score;
  const of = `(${counted(patients, "patient")})`;
  if (!interval) {
    return `${capital(name)} has a ${what} of ${plain(value)} ${of}. It has no interval, so it says little.`;
  }
  const verdict = {
    above: `The interval lies above ${chance}, the chance level.`,
    below: `The interval lies below ${chance}, the chance level: the order is the wrong way round.`,
    around: `The interval holds ${chance}: this is not told apart from chance.`,
  }[sideOf(interval, chance)];
  return `${capital(name)} has a ${what} of ${bracketed(value, interval)} ${of}. ${verdict}`;
}
