/**
 * Analysis of trained models and of the paper's numbers.
 *
 * - Attention: {@linkcode attentionEntropy} of one patient, and {@linkcode attentionOnTumour} for whether it finds the
 *   tumour. {@linkcode tumourSlices} counts a tumour among the slices that preprocessing kept.
 * - Where in the slice: {@linkcode explainSlices} is Grad-CAM and {@linkcode occlusionMaps} occlusion of a patient's risk;
 *   {@linkcode pointingGame}, {@linkcode mapSimilarity} and {@linkcode sliceOrderTest} test such maps.
 * - Cost: {@linkcode modelCost} counts multiply-accumulates and parameters without running a network, and
 *   {@linkcode examineFlops} compares them with reported FLOPs.
 * - Chance: {@linkcode nullCohorts} cross-validates models on noise and shows where 0.5 is not the chance level.
 * - {@linkcode paper} holds the numbers that the paper prints.
 *
 * Types of other folders that occur in signatures here are exported with them.
 *
 * @module
 */
export { attentionEntropy, type AttentionShare, attentionShare, attentionTotal } from "./attention.ts";
export { type AttentionDifference, attentionDifference } from "./attention_difference.ts";
export { type AttendedPatient, type AttentionOnTumour, attentionOnTumour } from "./attention_on_tumour.ts";
export {
  type CostAtSlices,
  examineFlops,
  type FlopsExamination,
  type FlopsPerMac,
  type FlopsReading,
  type LikeForLike,
  type ReportedCost,
} from "./flops_examination.ts";
export { type CostInput, type ModelCost, modelCost } from "./model_cost.ts";
export {
  type IntervalShares,
  type NullCohort,
  type NullCohortOptions,
  type NullCohorts,
  nullCohorts,
} from "./null_cohorts.ts";
export {
  type Paper,
  paper,
  type PaperGroup,
  type PaperModel,
  type PaperRow,
  paperRow,
  type Reported,
} from "./paper.ts";
export { explainScan, type ExplainScanOptions, type ScanExplanation } from "./saliency/explain_scan.ts";
export { checkExplainable, type ToExplain } from "./saliency/explainable.ts";
export { explainSlices, type SliceExplanation } from "./saliency/explain_slices.ts";
export { type FeatureMaps, gradCam, positivePart, type SaliencyMaps } from "./saliency/grad_cam.ts";
export { type HeadRisk, headRisk, type HeadRiskOptions, type RiskGradients } from "./saliency/head_risk.ts";
export { type MapNetwork, mapNetwork, type MapNetworkOptions, type MappedSlices } from "./saliency/map_network.ts";
export { type MapSimilarity, mapSimilarity, rankCorrelation } from "./saliency/map_similarity.ts";
export type { MeanWithInterval } from "./saliency/mean_with_interval.ts";
export { type OcclusionMaps, occlusionMaps, type OcclusionOptions } from "./saliency/occlusion.ts";
export {
  type PointedPatient,
  type PointingDifference,
  pointingDifference,
  type PointingGame,
  pointingGame,
  type PointingOptions,
  type PointingShare,
  pointingShare,
} from "./saliency/pointing_game.ts";
export { logOddsOfDeath, type RiskOptions } from "./saliency/risk.ts";
export {
  type OrderEffect,
  type SliceOrder,
  sliceOrder,
  type SliceOrderOptions,
  type SliceOrderTest,
  sliceOrderTest,
} from "./saliency/slice_order.ts";
export { type TumourExtent, tumourOnSlices, tumourSlices } from "./tumour_slices.ts";
