import type { ComparedCohort } from "@ctsurv/report/mod.ts";
import type { Study } from "../study.ts";
import type { StudyFeatures } from "../study_features.ts";

/** The cohort of a comparison, for its file. */
export function comparedCohort(
  { cohort: { name, hash } }: Pick<Study, "cohort">,
  { patients, deaths }: Pick<StudyFeatures, "patients" | "deaths">,
): ComparedCohort {
  return { name, hash, patients: patients.length, events: deaths };
}
