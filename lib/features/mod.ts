/** From scans to features of a frozen backbone, cached. */
export { cachedActivations, halfActivations, type StoredActivations } from "./cached_activations.ts";
export {
  cachedFeatures,
  type FeatureCacheOptions,
  type FeaturePrecision,
  type SlicesToEmbed,
} from "./cached_features.ts";
export { createBackbone, type CreateBackboneOptions, pretrainedBackbone, requireWeights } from "./create_backbone.ts";
export {
  cohortActivations,
  type CohortActivationsOptions,
  type CohortFeatures,
  cohortFeatures,
  type CohortFeaturesOptions,
  type EmbedCohortOptions,
  type EmbeddedCohort,
  followUp,
  horizonMonths,
  type PatientToEmbed,
  type SkippedPatient,
  type SliceFacts,
} from "./extract_features.ts";
export {
  type Activations,
  type CutEmbedder,
  cutEmbedder,
  type EmbeddingPoint,
  type ImageEmbedder,
  imageEmbedder,
  type ImageEmbedderOptions,
  type SliceEmbedder,
  sliceEmbedder,
  type ViewEmbedder,
  viewEmbedder,
} from "./feature_extractor.ts";
export { type CostToMeasure, measureCost, type MeasuredCost, timedRuns } from "./measure_cost.ts";
export { type PatientView, patientView, type ViewedPatient, viewPatient } from "./patient_view.ts";
export { type PreparedSlices, preparedSlices, type PreparedSlicesOptions, type ScanToPrepare } from "./slice_queue.ts";
