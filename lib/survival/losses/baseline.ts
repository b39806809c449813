import { InputError } from "@ctsurv/base/mod.ts";
import { breslowHazard } from "../estimates/_breslow.ts";
import { censorAt, type FollowUp, HORIZON_MONTHS } from "../follow_up/follow_up.ts";
import { stepAt } from "../follow_up/predictions.ts";

/** Its exponential is still a number. */
const LARGEST_LOG_HAZARD = 700;

/**
 * Breslow's estimate (1972) of the cumulative hazard at whole months, of a patient whose log hazard is 0. At each death
 * it rises by 1 divided by the sum of exp(g) over the patients still at risk. With all g 0 it is the Nelson-Aalen
 * estimate of the patients.
 *
 * It is made of the patients of a training, never of those who are tested.
 *
 * @example
 * ```ts
 * import { cumulativeHazard } from "@ctsurv/ctsurv/survival/losses";
 * import { assertEquals } from "@std/assert";
 *
 * const patients = [{ months: .5, event: 1 }, { months: 1.5, event: 1 }] as const;
 * assertEquals(cumulativeHazard(patients, { bins: 2 }), Float64Array.of(0, .5, 1.5));
 * ```
 *
 * @param options.logHazards [patients], g. @default {0 for each}
 * @param options.bins Months. @default {24}
 * @returns [bins + 1], at month 0 to the last, never falling.
 * @throws {InputError} If months are negative or not finite, or hazards are so far apart that their ratio is no number.
 */
export function cumulativeHazard(
  patients: readonly FollowUp[],
  { logHazards, bins = HORIZON_MONTHS }: { readonly logHazards?: ArrayLike<number>; readonly bins?: number } = {},
): Float64Array {
  const followed = patients.map((patient) => censorAt(patient, bins));
  const outcomes = { months: followed.map(({ months }) => months), event: followed.map(({ event }) => event) };
  const covariates = followed.map((_, i) => [logHazards?.[i] ?? 0]);
  const { months, cumulative } = breslowHazard(covariates, outcomes, Float64Array.of(1));
  const hazard = Float64Array.from({ length: bins + 1 }, (_, k) => stepAt(months, cumulative, k, { first: 0 }));
  const largest = covariates.reduce((most, [g]) => Math.max(most, Math.abs(g!)), 0);
  if (!(largest < LARGEST_LOG_HAZARD) || !hazard.every(Number.isFinite)) {
    throw new InputError(
      "The hazards of the training patients are too far apart for a baseline: the training diverged. Take a lower " +
        "learning rate, or scale the features (scaleFeatures)",
    );
  }
  return hazard;
}
