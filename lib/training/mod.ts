/** From features to cross-validated predictions: batches, training, fine-tuning, saved models. */
export { type BatchOptions, makeBatch, paddedSlices, type PatientBatch, type TrainingLabels } from "./batch.ts";
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
  type CrossValidationRecord,
  type FoldResult,
  formatPredictions,
  type OutOfFoldPrediction,
  refuseFewPatients,
  toSurvivalPredictions,
  writeCrossValidation,
} from "./cross_validate.ts";
export type { FinalBlock } from "./fine_tuning/final_block_fitter.ts";
export {
  type FineTuned,
  fineTuner,
  type FineTunerOptions,
  type FineTuning,
  type FineTuningPatient,
} from "./fine_tuning/fine_tuner.ts";
export { stratifiedFolds } from "./folds.ts";
export {
  absorbScaling,
  type FeatureScaling,
  type FitOptions,
  type FittedHead,
  type HeadTrainer,
  headTrainer,
  measureFeatures,
  scaleFeatures,
} from "./head_trainer.ts";
export { fitModel, type FitModelOptions, type FittedModel } from "./model/fit_model.ts";
export { type ModelPredictor, modelPredictor } from "./model/model_predictor.ts";
export { loadModel, saveModel, type SurvivalModel, type TrainedOn } from "./model/survival_model.ts";
export { parallelHeadTrainer, type ParallelHeadTrainerOptions } from "./parallel_head_trainer.ts";
export type { Fitted, LabelledPatient, PatientPrediction, Trainer, TrainingPatient } from "./patient.ts";
export { type Batch, batchSpec, type TrainingOptions, type TrainingState, trainingStep } from "./training_step.ts";
