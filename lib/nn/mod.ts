/** Networks as pure functions of typed trees of parameters, named as in PyTorch's state dicts. */
export { aggregate, type Aggregation, type AggregationChoice, aggregationSpec } from "./aggregation.ts";
export { alexNet, alexNetSpec } from "./alexnet.ts";
export type { Attended } from "./attend_by_scores.ts";
export type { Backbone, BackboneArchitecture, BackboneFacts, Stage, WeightsSource } from "./backbone.ts";
export { backbones, findBackbone } from "./backbones.ts";
export { calibrationSlices } from "./calibration_slices.ts";
export {
  type DeepHit,
  deepHit,
  type DeepHitShape,
  deepHitSpec,
  dropoutSpec,
  type PlainDeepHit,
  type SplitDeepHit,
} from "./deephit.ts";
export { type EfficientNetB0, efficientNetB0, efficientNetB0Spec } from "./efficientnet_b0.ts";
export { finalBlockNames, replaceParameters } from "./final_block.ts";
export { type GatedAttention, gatedAttention, gatedAttentionSpec } from "./gated_attention.ts";
export {
  type BatchNorm,
  batchNorm,
  type BatchNormTraining,
  batchNormTraining,
  type Normalise,
} from "./layers/batch_norm.ts";
export { type Linear, linear, linearSpec } from "./layers/linear.ts";
export { type Bias, type ChannelNormalise, channelNormalise } from "./layers/channel_normalise.ts";
export type { PlainNetwork } from "./plain_stages.ts";
export { type ResNet3d18, resNet3d18, resNet3d18Spec } from "./resnet3d_18.ts";
export { type ResNet50, resNet50, resNet50Spec } from "./resnet50.ts";
export {
  type BackboneStatistics,
  backboneStatistics,
  hashParameters,
  seededBackbone,
  type SeededBackboneOptions,
} from "./seeded_backbone.ts";
export { type Initialise, initialiseHead, seededParameters } from "./seeded_parameters.ts";
export type { SelfAttentionOptions, SelfAttentionPooling } from "./self_attention_pooling.ts";
export type { LinearAttention } from "./linear_attention.ts";
export type { MlpAttention } from "./mlp_attention.ts";
export {
  type HeadOutput,
  type SurvivalHead,
  survivalHead,
  type SurvivalHeadShape,
  survivalHeadSpec,
} from "./survival_head.ts";
export { toNetworkInput } from "./to_network_input.ts";
export { r231Shape, type UNet, uNet, type UNetShape, uNetSpec } from "./unet.ts";
export { vgg16, vgg16Spec } from "./vgg16.ts";
export { type ViTB16, vitB16, vitB16Spec } from "./vit_b_16.ts";
