import { InputError } from "@ctsurv/common/mod.ts";
import type { FollowUp } from "@ctsurv/survival/mod.ts";
import { horizonMonths } from "./embed_cohort.ts";

export interface FewPatientsOptions {
  /** Of the cohort. */
  readonly name: string;
  readonly folds: number;
}

/**
 * Refuses patients who are too few for a cross-validation that is stratified on death: each fold needs a patient of the
 * more common outcome, and each training set a death, for which two deaths suffice, since they are dealt to two folds.
 *
 * @throws {InputError} With the numbers of patients, deaths and folds.
 */
export function refuseFewPatients(outcomes: readonly Pick<FollowUp, "event">[], { name, folds }: FewPatientsOptions) {
  const deaths = outcomes.filter(({ event }) => event === 1).length;
  const largest = Math.max(deaths, outcomes.length - deaths);
  if (largest >= folds && deaths >= 2) return;
  throw new InputError(
    `${name} has too few patients for ${folds} folds: ${outcomes.length}, of whom ${deaths} died within ` +
      `${horizonMonths} months. ${folds} folds need at least ${folds} patients with the same outcome (died, or not), ` +
      "and 2 deaths. Import more patients, or take a profile with fewer folds; notebook 01 and ctsurv qc work with " +
      "any number",
  );
}
