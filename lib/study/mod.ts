/** A study as the notebooks run it: profile, selected cohort. */
export { findProfile, type Profile, profiles, requireFolds, type SliceCount } from "./profile.ts";
export { openSelectedCohort, outputsFolder, type SelectedCohortOptions } from "./selected_cohort.ts";
