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
export { coxRow } from "./rows/cox_row.ts";
export {
  type Environment,
  environmentVariables,
  openBackbone,
  openEngine,
  openLungs,
  readEnvironment,
  selectLaw,
} from "./environment.ts";
export { externalFeatures, externalRow } from "./external/external_row.ts";
export {
  type CrossValidatedRow,
  crossValidateRow,
  type CrossValidateRowOptions,
  type TrainedFold,
  trainRowFold,
} from "./rows/cross_validate_row.ts";
export { compareFusion, type CompareFusionOptions, type FusionComparisons } from "./fusion/compare_fusion.ts";
export { type CohortPart, patientsOfPart, type PreparedPart, prepareRow } from "./rows/prepare_row.ts";
export {
  type ExplainedPatient,
  explainStudy,
  type ExplainStudyOptions,
  type StudyExplanation,
} from "./explanation/explain_study.ts";
export { type FoldHeads, foldHeads } from "./explanation/fold_heads.ts";
export { saveExplanation, type ShownExplanationResult } from "./explanation/save_explanation.ts";
export {
  occludePatient,
  type OccludePatientOptions,
  showExplained,
  type ShowExplainedOptions,
  type ShownExplanation,
} from "./explanation/show_explained.ts";
export { compareLaws, type LawRun, pairedWithinFolds, runUnderLaw } from "./laws/compare_laws.ts";
export { type BatchSize, compareBatchSizes } from "./losses/compare_batch_sizes.ts";
export { compareLosses, type CompareLossesOptions, type LossComparison } from "./losses/compare_losses.ts";
export { lawOf, type OtherLaws, otherLaws } from "./laws/other_laws.ts";
export { tumourVolumeAlone } from "./laws/tumour_volume.ts";
export { lungsNotice } from "./lungs_notice.ts";
export { findRow, type FusionKind, rowNames, type StudyRow } from "./rows/rows.ts";
export { findProfile, type Profile, profiles, requireFolds } from "./profile.ts";
export {
  type AllowedValues,
  allowedValues,
  type ChoiceName,
  type Choices,
  type NumberRange,
} from "./protocol/choices.ts";
export { findProtocol, protocolSuffix } from "./protocol/find_protocol.ts";
export { type ProtocolName, protocols } from "./protocol/presets.ts";
export { modelPreprocessing, refuseUnkept } from "./protocol/kept_choices.ts";
export {
  deepHitShape,
  monthRule,
  preprocessing,
  readoutOf,
  refuseUnbuiltPair,
  softAttention,
  type TrainingSettings,
  trainingSettings,
} from "./protocol/settings.ts";
export { parseChoices, type Protocol, protocol } from "./protocol/protocol.ts";
export { saveAggregation } from "./results/save_aggregation.ts";
export { saveCosts, type StudyCosts } from "./results/save_costs.ts";
export { checkSameRun, saveRow } from "./results/save_row.ts";
export { saveTransfer, type ShownTable2, type Transfer } from "./results/save_transfer.ts";
export { type ShownTable1, showTable1 } from "./results/show_table1.ts";
export type { SeenSlices, TumourSlices } from "./seen_slices.ts";
export { openTransfer, type TransferStudies } from "./open_transfer.ts";
export { openSelectedCohort, outputsFolder, type SelectedCohortOptions } from "./selected_cohort.ts";
export { openStudy, type OpenStudyOptions } from "./open_study.ts";
export type { FollowedPrediction, NoWeights, Study, StudyFoldOptions } from "./study.ts";
export type { StudyFeatures, StudyFeaturesOptions } from "./study_features.ts";
export type { StudyHeadOptions } from "./study_trainer.ts";
export { studyProgress } from "./study_progress.ts";
export { transferBySize, transferPair } from "./rows/transfer_sizes.ts";
export { transferStart } from "./rows/transfer_start.ts";
export {
  findChanges,
  type KnownEffect,
  knownEffect,
  type MultiverseChange,
  multiverseChanges,
} from "./multiverse/multiverse_rows.ts";
export { type Multiverse, type MultiverseOptions, runMultiverse } from "./multiverse/run_multiverse.ts";
export { learningCurve, type LearningCurveOptions, type StudyLearningCurve } from "./beyond/learning_curve.ts";
export {
  checkRepeats,
  repeatCrossValidation,
  type RepeatedRow,
  type RepeatOptions,
  type StudyRepeats,
} from "./beyond/repeat_cross_validation.ts";
export {
  type StudyExternalValidation,
  validateExternally,
  type ValidateExternallyOptions,
} from "./beyond/validate_externally.ts";
export { type EnsembleRow, ensembleRow, type EnsembleRowOptions } from "./beyond/ensemble_row.ts";
export { saveFoldModels } from "./beyond/fold_models.ts";
