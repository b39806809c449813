/**
 * From features to cross-validated predictions of survival.
 *
 * - {@linkcode crossValidate} runs any {@linkcode Trainer} over {@linkcode stratifiedFolds} and gives the Ctd of each
 *   fold and of all out-of-fold predictions.
 * - Trainers: {@linkcode headTrainer} and {@linkcode parallelHeadTrainer} train a survival head on features,
 *   {@linkcode fineTuner} also the final block of the backbone, {@linkcode coxTrainer} and
 *   {@linkcode clinicalDeepHitTrainer} are the baselines on clinical covariates.
 * - Models: {@linkcode trainModel} trains one on a whole cohort, {@linkcode saveModel} and {@linkcode loadModel} keep
 *   it in a file, {@linkcode modelPredictor} applies it to new patients.
 *
 * Types of other folders that occur in signatures here are exported with them.
 *
 * @module
 */
export { type BatchOptions, makeBatch, type PatientBatch, type TrainingLabels } from "./batch.ts";
export {
  type ClinicalCox,
  type ClinicalDeepHit,
  clinicalDeepHitTrainer,
  type ClinicalPatient,
  coxTrainer,
  type CoxTrainerOptions,
} from "./clinical_trainers.ts";
export {
  crossValidate,
  type CrossValidateOptions,
  type CrossValidation,
  type FewPatientsOptions,
  type FoldOutcome,
  type FoldResult,
  meanLosses,
  type OutOfFoldPrediction,
  refuseFewPatients,
  summariseFolds,
  toSurvivalPredictions,
} from "./cross_validate.ts";
export { describeDivergence, type DivergenceOptions } from "./divergence.ts";
export { type FeatureScaling, measureFeatures } from "./feature_scaling.ts";
export type { FinalBlock } from "./fine_tuning/final_block_features.ts";
export { type FineTuned, fineTuner, type FineTunerOptions, type FineTuning } from "./fine_tuning/fine_tuner.ts";
export { stratifiedFolds } from "./folds.ts";
export { formatPredictions } from "./format_predictions.ts";
export type { TrainOptions } from "./head_optimiser.ts";
export { type HeadPredictor, headPredictor, type HeadPredictorOptions } from "./head_predictor.ts";
export { type HeadTrainer, headTrainer, type HeadTrainerOptions, type TrainedHead } from "./head_trainer.ts";
export { type ModelPredictor, modelPredictor } from "./model/model_predictor.ts";
export { predictScan, type PredictScanOptions, type ScanPrediction } from "./model/predict_scan.ts";
export {
  loadModel,
  type LoadModelOptions,
  saveModel,
  type SurvivalModel,
  type TrainedOn,
} from "./model/survival_model.ts";
export { type TrainedModel, trainModel, type TrainModelOptions } from "./model/train_model.ts";
export { parallelHeadTrainer, type ParallelHeadTrainerOptions } from "./parallel_head_trainer.ts";
export type { PatientPrediction, Trained, Trainer, TrainingOf } from "./trainer.ts";
export { type Batch, batchSpec, type StepOptions, type TrainingState, trainingStep } from "./training_step.ts";
export type { SelectedEpoch, ValidationOptions } from "./validation.ts";
