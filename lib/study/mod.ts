/**
 * A study as the notebooks and the command line run it. {@linkcode openStudy} opens the profile, the cohort, the engine
 * and the lungs that the environment selects, and gives the few calls that a notebook makes: features of a backbone,
 * cross-validation, a patient's slices. {@linkcode saveRow}, {@linkcode showTable1} and {@linkcode saveTransfer} keep
 * results as files and show them as tables.
 *
 * This folder is the edge of the library: {@linkcode readEnvironment} reads the environment's variables, here and nowhere
 * else.
 *
 * @module
 */
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
export { type AllowedValues, allowedValues, type ChoiceName, type Choices } from "./protocol/choices.ts";
export { findProtocol } from "./protocol/find_protocol.ts";
export { type ProtocolName, protocols } from "./protocol/presets.ts";
export { parseChoices, type Protocol, protocol } from "./protocol/protocol.ts";
export {
  checkSameRun,
  saveAggregation,
  saveCosts,
  saveRow,
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
  openStudy,
  type OpenStudyOptions,
  openTransfer,
  type Study,
  type StudyFoldOptions,
  type TransferStudies,
} from "./study.ts";
export type { StudyFeatures } from "./study_features.ts";
export type { StudyHeadOptions } from "./study_trainer.ts";
export { studyProgress } from "./study_progress.ts";
export { transferStart } from "./transfer_start.ts";
