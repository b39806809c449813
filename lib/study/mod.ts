/** A study as the notebooks run it: profile, selected cohort. */
export { type Environment, openBackbone, openEngine, openLungs, readEnvironment } from "./environment.ts";
export { findProfile, type Profile, profiles, requireFolds } from "./profile.ts";
export { openSelectedCohort, outputsFolder, type SelectedCohortOptions } from "./selected_cohort.ts";
