/** From scans to features of a frozen backbone, cached. */
export { halfActivations, type StoredActivations } from "./cached_activations.ts";
export type { FeaturePrecision, KeyedSlices } from "./cached_features.ts";
export {
  createBackbone,
  type CreateBackboneOptions,
  pretrainedBackbone,
  requireWeights,
  type WeightsKind,
} from "./create_backbone.ts";
export {
  type CohortFeatures,
  extractActivations,
  type ExtractActivationsOptions,
  type ExtractedCohort,
  extractFeatures,
  type ExtractFeaturesOptions,
  type ExtractOptions,
  followUp,
  HORIZON_MONTHS,
  type ScannedPatient,
  type SkippedPatient,
  type SliceFacts,
} from "./extract_features.ts";
export {
  type ActivationExtractor,
  activationExtractor,
  type Activations,
  type ExtractionPoint,
  type FeatureExtractor,
  featureExtractor,
  type ImageFeatureExtractor,
  imageFeatureExtractor,
  type ImageFeatureExtractorOptions,
} from "./feature_extractor.ts";
export { type CostToMeasure, measureCost, type MeasuredCost } from "./measure_cost.ts";
export type { FineTuningPatient, LabelledPatient, TrainingPatient } from "./patient.ts";
export { type ScanToPreprocess, type SliceQueue, sliceQueue, type SliceQueueOptions } from "./slice_queue.ts";
export { type SliceCount, takeView, type View, type ViewedSlices, viewFor, type ViewSizes } from "./view.ts";
