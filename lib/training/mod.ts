/**
 * From features to cross-validated predictions of survival.
 *
 * - {@linkcode crossValidate} runs any {@linkcode Trainer} over {@linkcode stratifiedFolds} and gives the Ctd of each
 *   fold and of all out-of-fold predictions.
 * - Trainers: {@linkcode headTrainer} and {@linkcode parallelHeadTrainer} train a survival head on features,
 *   {@linkcode fineTuner} also the final block of the backbone, {@linkcode coxTrainer} and
 *   {@linkcode clinicalDeepHitTrainer} are the baselines on clinical covariates. {@linkcode penalisedCoxTrainer} takes
 *   tables with more columns than patients, {@linkcode coxOnFeaturesTrainer} the features of the survival heads.
 *   {@linkcode lateFusionTrainer} and {@linkcode jointFusionTrainer} take CT and clinical data together.
 * - Models: {@linkcode trainModel} trains one on a whole cohort, {@linkcode saveModel} and {@linkcode loadModel} keep
 *   it in a file, {@linkcode modelPredictor} applies it to new patients, and {@linkcode exportModel} makes an ONNX file
 *   of it.
 *
 * Types of other folders that occur in signatures here are exported with them.
 *
 * @module
 */
export { choosePenalty, type ChoosePenaltyOptions, type ChosenPenalty } from "./baselines/choose_penalty.ts";
export {
  type ChosenCox,
  coxOnFeaturesTrainer,
  type PenalisedClinicalCox,
  penalisedCoxTrainer,
  type PenalisedCoxTrainerOptions,
} from "./baselines/penalised_cox_trainers.ts";
export {
  type BatchOptions,
  joinSlices,
  makeBatch,
  paddedSlices,
  type PatientBatch,
  type PatientFeatures,
  type TrainingLabels,
} from "./batch.ts";
export {
  type ClinicalCox,
  type ClinicalDeepHit,
  clinicalDeepHitTrainer,
  type ClinicalPatient,
  coxTrainer,
  type CoxTrainerOptions,
} from "./clinical_trainers.ts";
export {
  assembleFolds,
  crossValidate,
  type CrossValidateOptions,
  type CrossValidation,
  meanLosses,
  summariseFolds,
} from "./cross_validation/cross_validate.ts";
export { drawTrainingPatients, type DrawTrainingPatientsOptions } from "./cross_validation/draw_training_patients.ts";
export { type FewPatientsOptions, refuseFewPatients } from "./cross_validation/few_patients.ts";
export {
  foldDoubts,
  type FoldOutcome,
  type FoldResult,
  type OutOfFoldPrediction,
  toSurvivalPredictions,
} from "./cross_validation/fold_outcome.ts";
export { describeDivergence, type DivergenceOptions } from "./divergence.ts";
export { absorbScaling, type FeatureScaling, measureFeatures, scalingFor } from "./feature_scaling.ts";
export type { FinalBlock } from "./fine_tuning/final_block_features.ts";
export { type FineTuned, fineTuner, type FineTunerOptions, type FineTuning } from "./fine_tuning/fine_tuner.ts";
export { stratifiedFolds } from "./cross_validation/folds.ts";
export { formatPredictions } from "./cross_validation/format_predictions.ts";
export type { TrainOptions } from "./head_optimiser.ts";
export { type HeadPredictor, headPredictor, type HeadPredictorOptions } from "./head_predictor.ts";
export { type HeadTrainer, headTrainer, type HeadTrainerOptions, type TrainedHead } from "./head_trainer.ts";
export { exportModel } from "./model/export_model.ts";
export { type ModelPredictor, modelPredictor } from "./model/model_predictor.ts";
export { type EnsemblePrediction, predictEnsemble, type PredictEnsembleOptions } from "./model/predict_ensemble.ts";
export {
  predictScan,
  type PredictScanOptions,
  type ScanPrediction,
  sliceHu,
  viewAgain,
  type ViewedScan,
  viewScan,
} from "./model/predict_scan.ts";
export {
  loadModel,
  type LoadModelOptions,
  saveModel,
  type SurvivalModel,
  type TrainedOn,
} from "./model/survival_model.ts";
export { type DoubtedPatient, type TrainedModel, trainModel, type TrainModelOptions } from "./model/train_model.ts";
export {
  type CtdSummaries,
  ctdSummaries,
  type NullDistribution,
  nullDistribution,
  type NullScore,
  permuteOutcomes,
} from "./cross_validation/null_distribution.ts";
export { trainFolds, type TrainFoldsOptions } from "./cross_validation/train_folds.ts";
export { shapeForLoss, trainedWeights, withBaseline } from "./losses/head_for_loss.ts";
export { type AddedHazardRatio, type AddedValue, addedValue } from "./fusion/added_value.ts";
export {
  type ClinicalVector,
  clinicalVector,
  clinicalVectorNames,
  encodeClinicalVector,
} from "./fusion/clinical_vector.ts";
export { type FusionPatient, type JointFusion, jointFusionTrainer } from "./fusion/joint_fusion.ts";
export { INNER_FOLDS, type LateFusion, type LateFusionOptions, lateFusionTrainer } from "./fusion/late_fusion.ts";
export { type OutOfFoldRisks, outOfFoldRisks, type OutOfFoldRisksOptions, riskOf } from "./fusion/out_of_fold_risks.ts";
export { keepTrainings, keptEntries, type KeptTrainings } from "./kept_trainings.ts";
export { parallelHeadTrainer, type ParallelHeadTrainerOptions } from "./parallel_head_trainer.ts";
export type { PatientPrediction, Trained, Trainer, TrainingOf } from "./trainer.ts";
export {
  type Batch,
  type BatchSizes,
  batchSpec,
  type GradientBatch,
  gradientBatchSpec,
  type LossAndGradients,
  lossAndGradients,
  type StepOptions,
  type TrainingState,
  trainingStep,
} from "./training_step.ts";
export { type DropoutPasses, type DropoutPredictor, dropoutPredictor } from "./uncertainty/dropout_predictor.ts";
export { type PassRate, passRate } from "./uncertainty/pass_rate.ts";
export { ensembleOfFolds, type FoldEnsemble, withMeanCurves } from "./uncertainty/ensemble_of_folds.ts";
export type { SelectedEpoch, ValidationOptions } from "./validation.ts";
