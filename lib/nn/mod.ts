/** Networks as pure functions of typed trees of parameters, named as in PyTorch's state dicts. */
export type { Backbone, BackboneArchitecture, WeightsSource } from "./backbone.ts";
export { backbones, findBackbone } from "./backbones.ts";
export { calibrationSlices } from "./calibration_slices.ts";
export { type DeepHit, deepHit, type DeepHitShape, deepHitSpec, dropoutSpec } from "./deephit.ts";
export {
  type EfficientNetB0,
  efficientNetB0,
  type EfficientNetB0Features,
  efficientNetB0Features,
  efficientNetB0Head,
  efficientNetB0Pool,
  efficientNetB0Spec,
  type FeatureRange,
} from "./efficientnet_b0.ts";
export { type Attended, type GatedAttention, gatedAttention, gatedAttentionSpec } from "./gated_attention.ts";
export {
  type BatchNorm,
  batchNorm,
  type BatchNormTraining,
  batchNormTraining,
  type Normalise,
} from "./layers/batch_norm.ts";
export { type Linear, linear, linearSpec } from "./layers/linear.ts";
export {
  type BackboneStatistics,
  backboneStatistics,
  hashParameters,
  seededBackbone,
  type SeededBackboneOptions,
} from "./seeded_backbone.ts";
export { type Initialise, initialiseHead, seededParameters } from "./seeded_parameters.ts";
export {
  type HeadOutput,
  type SurvivalHead,
  survivalHead,
  type SurvivalHeadShape,
  survivalHeadSpec,
} from "./survival_head.ts";
export { toNetworkInput } from "./to_network_input.ts";
export { r231Shape, type UNet, uNet, type UNetShape, uNetSpec } from "./unet.ts";
