import { InputError } from "@ctsurv/base/mod.ts";
import { type FollowUp, HORIZON_MONTHS } from "@ctsurv/survival/mod.ts";

/** Options of {@linkcode refuseFewPatients}. */
export interface FewPatientsOptions {
  /** The cohort's name, for the message. */
  readonly name: string;
  /** Number of folds. */
  readonly folds: number;
}

/**
 * Refuses patients who are too few for a cross-validation that is stratified on death. Each fold needs a patient with
 * the more common outcome, and each training set a death. Two deaths are enough, since they go to two folds.
 *
 * @example
 * ```ts
 * import { refuseFewPatients } from "@ctsurv/ctsurv/training";
 * import { assertThrows } from "@std/assert";
 *
 * const outcomes = [1, 1, 0].map((event) => ({ event: event as 0 | 1 }));
 * refuseFewPatients(outcomes, { name: "CLARO", folds: 2 });
 * assertThrows(() => refuseFewPatients(outcomes, { name: "CLARO", folds: 10 }), Error, "CLARO has too few patients");
 * ```
 *
 * @throws {InputError} With the numbers of patients, deaths and folds.
 */
export function refuseFewPatients(
  outcomes: readonly Pick<FollowUp, "event">[],
  { name, folds }: FewPatientsOptions,
): void {
  const deaths = outcomes.filter(({ event }) => event === 1).length;
  const largest = Math.max(deaths, outcomes.length - deaths);
  if (largest >= folds && deaths >= 2) return;
  throw new InputError(
    `${name} has too few patients for ${folds} folds: ${outcomes.length}, of whom ${deaths} died within ` +
      `${HORIZON_MONTHS} months. ${folds} folds need at least ${folds} patients with the same outcome (died, or not), ` +
      "and 2 deaths. Import more patients, or take a profile with fewer folds; notebook 01 and ctsurv qc work with " +
      "any number",
  );
}
