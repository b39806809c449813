/** Networks as pure functions of typed parameters: backbones, survival heads, the U-Net. */
export { alexNet, alexNetSpec } from "./backbones/alexnet.ts";
export {
  type Backbone,
  type BackboneArchitecture,
  type BackboneFacts,
  belongsTo,
  finalBlockNames,
  replaceParameters,
  type Stage,
  type WeightsSource,
} from "./backbones/backbone.ts";
export { backbones, findBackbone } from "./backbones/backbones.ts";
export { type EfficientNetB0, efficientNetB0, efficientNetB0Spec } from "./backbones/efficientnet_b0.ts";
export { toNetworkInput } from "./backbones/network_input.ts";
export type { PlainNetwork } from "./backbones/plain_networks.ts";
export { type ResNet3d18, resNet3d18, resNet3d18Spec } from "./backbones/resnet3d_18.ts";
export { type ResNet50, resNet50, resNet50Spec } from "./backbones/resnet50.ts";
export { vgg16, vgg16Spec } from "./backbones/vgg16.ts";
export { type ViTB16, vitB16, vitB16Spec } from "./backbones/vit_b_16.ts";
export { aggregate, type Aggregation, type AggregationChoice, aggregationSpec } from "./head/aggregation.ts";
export type { SelfAttentionOptions, SelfAttentionPooling } from "./head/class_token.ts";
export {
  type DeepHit,
  deepHit,
  type DeepHitShape,
  deepHitSpec,
  dropoutSpec,
  type PlainDeepHit,
  type SplitDeepHit,
} from "./head/deephit.ts";
export {
  type Attended,
  type GatedAttention,
  gatedAttention,
  gatedAttentionSpec,
  type LinearAttention,
  type MlpAttention,
} from "./head/soft_attention.ts";
export {
  type HeadOutput,
  type SurvivalHead,
  survivalHead,
  type SurvivalHeadShape,
  survivalHeadSpec,
} from "./head/survival_head.ts";
export { type Linear, linear, linearSpec } from "./layers/linear.ts";
export {
  type BatchNorm,
  batchNorm,
  type BatchNormTraining,
  batchNormTraining,
  type Bias,
  type ChannelNormalise,
  channelNormalise,
  type Normalise,
  scaleAndShift,
} from "./layers/normalisation.ts";
export {
  type BackboneStatistics,
  backboneStatistics,
  calibrationSlices,
  hashParameters,
  seededBackbone,
  type SeededBackboneOptions,
} from "./seeded/seeded_backbone.ts";
export { type Initialise, initialiseHead, seededParameters } from "./seeded/seeded_parameters.ts";
export { r231Shape, type UNet, uNet, type UNetShape, uNetSpec } from "./unet.ts";
