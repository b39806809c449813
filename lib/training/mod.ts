/** From scans to cross-validated predictions: cached features, AdamW, fitting, cross-validation, saved models. */
export { adamW, type AdamWOptions, type BiasCorrections, biasCorrections, type Moments, momentsSpec } from "./adamw.ts";
export {
  cachedFeatures,
  type FeatureCacheOptions,
  type FeaturePrecision,
  type SlicesToEmbed,
} from "./cached_features.ts";
export { cachedActivations, type StoredActivations } from "./cached_activations.ts";
export { type ClinicalDeepHit, clinicalDeepHitTrainer } from "./clinical_deephit_trainer.ts";
export { type ClinicalCox, type ClinicalPatient, coxTrainer, type CoxTrainerOptions } from "./cox_trainer.ts";
export { type Activations, type CutEmbedder, cutEmbedder } from "./cut_embedder.ts";
export { cohortActivations, type CohortActivationsOptions } from "./cohort_activations.ts";
export { type CohortFeatures, cohortFeatures, type CohortFeaturesOptions } from "./cohort_features.ts";
export {
  type EmbedCohortOptions,
  type EmbeddedCohort,
  followUp,
  horizonMonths,
  type PatientToEmbed,
  type SkippedPatient,
  type SliceFacts,
} from "./embed_cohort.ts";
export {
  crossValidate,
  type CrossValidateOptions,
  type CrossValidation,
  type FoldResult,
  type OutOfFoldPrediction,
  toSurvivalPredictions,
} from "./cross_validate.ts";
export { absorbScaling, type FeatureScaling, measureFeatures, scaleFeatures } from "./feature_scaling.ts";
export type { FinalBlock } from "./final_block_fitter.ts";
export {
  type FineTuned,
  fineTuner,
  type FineTunerOptions,
  type FineTuning,
  type FineTuningPatient,
} from "./fine_tuner.ts";
export { fitModel, type FitModelOptions, type FittedModel } from "./fit_model.ts";
export type { FitOptions } from "./fit_options.ts";
export { type FittedHead, type HeadTrainer, headTrainer } from "./head_trainer.ts";
export { createBackbone, type CreateBackboneOptions } from "./create_backbone.ts";
export { type EmbeddingPoint, type ImageEmbedder, imageEmbedder, type ImageEmbedderOptions } from "./image_embedder.ts";
export { type BatchOptions, makeBatch, paddedSlices, type PatientBatch, type TrainingLabels } from "./make_batch.ts";
export { type CostToMeasure, measureCost, type MeasuredCost, timedRuns } from "./measure_cost.ts";
export { type ModelPredictor, modelPredictor } from "./model_predictor.ts";
export { formatPredictions } from "./predictions_csv.ts";
export { parallelHeadTrainer, type ParallelHeadTrainerOptions } from "./parallel_head_trainer.ts";
export {
  type PreparedSlices,
  preparedSlices,
  type PreparedSlicesOptions,
  type ScanToPrepare,
} from "./prepared_slices.ts";
export { type PatientView, patientView, type ViewedPatient, viewPatient } from "./patient_view.ts";
export { findProfile, type Profile, profiles, type SliceCount } from "./profile.ts";
export { requireFolds } from "./require_folds.ts";
export { requireWeights } from "./require_weights.ts";
export { type SliceEmbedder, sliceEmbedder } from "./slice_embedder.ts";
export { loadModel, saveModel, type SurvivalModel, type TrainedOn } from "./survival_model.ts";
export type { Fitted, LabelledPatient, PatientPrediction, Trainer } from "./trainer.ts";
export type { TrainingPatient } from "./training_patient.ts";
export { type Batch, batchSpec, type TrainingOptions, type TrainingState, trainingStep } from "./training_step.ts";
export { type ViewEmbedder, viewEmbedder } from "./view_embedder.ts";
export { type CrossValidationRecord, writeCrossValidation } from "./write_cross_validation.ts";
