/** A study as the notebooks run it: profile, selected cohort. */
export { agreement, type AgreementOptions } from "./agreement.ts";
export {
  type Environment,
  environmentVariables,
  openBackbone,
  openEngine,
  openLungs,
  readEnvironment,
} from "./environment.ts";
export { findProfile, type Profile, profiles, requireFolds } from "./profile.ts";
export {
  checkSameRun,
  saveAggregation,
  saveCosts,
  saveModel,
  saveTransfer,
  type ShownTable1,
  type ShownTable2,
  showTable1,
  type StudyCosts,
  type Transfer,
} from "./results.ts";
export type { SeenSlices, TumourSlices } from "./seen_slices.ts";
export { openSelectedCohort, outputsFolder, type SelectedCohortOptions } from "./selected_cohort.ts";
export {
  type FollowedPrediction,
  type HeadOptions,
  openStudy,
  type OpenStudyOptions,
  openTransfer,
  type Study,
  type TransferStudies,
} from "./study.ts";
export type { StudyFeatures } from "./study_features.ts";
