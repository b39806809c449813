/**
 * From CT scans to features: a frozen backbone turns the slices of each patient into numbers, which are kept on disk.
 *
 * - {@linkcode createBackbone} gives a network with its weights, {@linkcode requireWeights} checks beforehand that they
 *   are there. {@linkcode phantomBackbone} gives the one that this project trained; the room `training`, which has a face
 *   of its own, trains it.
 * - {@linkcode viewFor} and {@linkcode takeView} choose which slices of a patient the network sees.
 * - {@linkcode featureExtractor} makes a backbone ready for slices in memory, {@linkcode imageFeatureExtractor} for
 *   images of any shape.
 * - {@linkcode extractFeatures} does all of it for a cohort, {@linkcode extractActivations} for fine-tuning.
 * - {@linkcode measureCost} times a backbone on this machine.
 *
 * Types of other folders that occur in signatures here are exported with them.
 *
 * @module
 */
export { halfActivations, type StoredActivations } from "./cached_activations.ts";
export type { FeaturePrecision, KeyedSlices } from "./cached_features.ts";
export { type ActivationExtractor, activationExtractor, type Activations } from "./activation_extractor.ts";
export {
  createBackbone,
  type CreateBackboneOptions,
  pretrainedBackbone,
  requireWeights,
  type WeightsKind,
  weightsKinds,
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
  NoUsablePatients,
  type ScannedPatient,
  type SkippedPatient,
  type SliceFacts,
} from "./extract_features.ts";
export {
  type ExternalFeatures,
  type ExternalFeaturesOptions,
  readExternalFeatures,
} from "./external/external_features.ts";
export { type FeatureFacts, featureSlug, readFeatureFacts } from "./external/feature_facts.ts";
export {
  type ExtractionPoint,
  type FeatureExtractor,
  featureExtractor,
  type FeatureExtractorOptions,
  type ImageFeatureExtractor,
  imageFeatureExtractor,
  type ImageFeatureExtractorOptions,
  type Readout,
} from "./feature_extractor.ts";
export { type IntensityScaling, measureIntensities, type MeasureIntensitiesOptions } from "./intensities.ts";
export { type CostToMeasure, measureCost, type MeasuredCost } from "./measure_cost.ts";
export type { FineTuningPatient, LabelledPatient, TrainingPatient } from "./patient.ts";
export { encodePhantomBackbone, phantomBackbone, phantomTrained, phantomWeights } from "./phantom_backbone.ts";
export { type ScanToPreprocess, type SliceQueue, sliceQueue, type SliceQueueOptions } from "./slice_queue.ts";
export { type SliceCount, takeView, type View, type ViewedSlices, viewFor, type ViewSizes } from "./view.ts";
