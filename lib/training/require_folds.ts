import type { Cohort } from "@ctsurv/cohort/mod.ts";
import { followUp } from "./embed_cohort.ts";
import type { Profile } from "./profile.ts";
import { refuseFewPatients } from "./refuse_few_patients.ts";

/**
 * Refuses a cohort that is too small for a profile's folds when it is opened, not when hours of work are done. Patients
 * whose scans turn out to be unusable are counted here all the same; `crossValidate` counts those that are left.
 *
 * @throws {InputError} If there are too few patients or deaths, with their numbers.
 */
export function requireFolds({ name, patients }: Pick<Cohort, "name" | "patients">, { folds }: Pick<Profile, "folds">) {
  refuseFewPatients(patients.map(({ record }) => followUp(record)), { name, folds });
}
