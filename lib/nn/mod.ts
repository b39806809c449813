/**
 * Networks as pure functions of their parameters, which are trees named as in PyTorch's state dicts.
 *
 * - Backbones (`backbones/`): {@linkcode findBackbone} finds one of six by its name. Its `forwardFeatures` gives the features of
 *   slices; weights come from the folder `weights` or, untrained, from {@linkcode seededBackbone} (`seeded/`).
 * - The survival head (`head/`): {@linkcode survivalHeadSpec} gives the shapes of its parameters,
 *   {@linkcode initialiseHead} with {@linkcode seededParameters} draws them, and {@linkcode survivalHead} turns features
 *   into one logit for each month. Its parts are {@linkcode aggregate}, {@linkcode gatedAttention} and
 *   {@linkcode deepHit}.
 * - The U-Net for lungs: {@linkcode uNetSpec} and {@linkcode uNet}.
 *
 * @module
 */
export { alexNet } from "./backbones/alexnet.ts";
export {
  type Backbone,
  type BackboneArchitecture,
  type BackboneFacts,
  belongsTo,
  finalBlockNames,
  type SliceWindow,
  type Stage,
  type WeightsSource,
} from "./backbones/backbone.ts";
export { backbones, findBackbone } from "./backbones/backbones.ts";
export { efficientNetB0 } from "./backbones/efficientnet_b0.ts";
export { toNetworkInput } from "./backbones/network_input.ts";
export { resNet3d18 } from "./backbones/resnet3d_18.ts";
export { resNet50 } from "./backbones/resnet50.ts";
export { vgg16 } from "./backbones/vgg16.ts";
export { vitB16 } from "./backbones/vit_b_16.ts";
export { runPiece, type SliceRange, type VolumePiece, volumePieces } from "./backbones/volume_pieces.ts";
export { aggregate, type Aggregation, type AggregationChoice } from "./head/aggregation.ts";
export type { SelfAttentionOptions, SelfAttentionPooling } from "./head/class_token.ts";
export {
  type DeepHit,
  deepHit,
  type DeepHitShape,
  dropoutSpec,
  type PlainDeepHit,
  type SplitDeepHit,
} from "./head/deephit.ts";
export {
  type Attended,
  type AveragePooling,
  type GatedAttention,
  gatedAttention,
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
export type { BiasedConv, Conv } from "./layers/convolutions.ts";
export { type Linear, linear } from "./layers/linear.ts";
export {
  type BatchNorm,
  type BatchNormTraining,
  batchNormTraining,
  type Bias,
  type ChannelNormalise,
  channelNormalise,
  type LayerNorm,
  type Normalise,
  scaleAndShift,
} from "./layers/normalisation.ts";
export type { EncoderLayer, SelfAttention } from "./layers/transformer.ts";
export { type HeadInitialisation, initialHead } from "./seeded/head_initialisations.ts";
export {
  type BackboneStatistics,
  backboneStatistics,
  hashParameters,
  seededBackbone,
  type SeededBackboneOptions,
} from "./seeded/seeded_backbone.ts";
export { type Initialise, initialiseHead, seededParameters } from "./seeded/seeded_parameters.ts";
export { type ConvBlock, r231Shape, type UNet, uNet, type UNetShape, uNetSpec, type UpBlock } from "./unet.ts";
