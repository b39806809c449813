/** Networks as pure functions of typed trees of parameters, named as in PyTorch's state dicts. */
export {
  type EfficientNetB0,
  type EfficientNetB0Features,
  efficientNetB0Features,
  efficientNetB0Head,
  efficientNetB0Pool,
  efficientNetB0Spec,
  type FeatureRange,
} from "./efficientnet_b0.ts";
export {
  type BatchNorm,
  batchNorm,
  type BatchNormTraining,
  batchNormTraining,
  type Normalise,
} from "./layers/batch_norm.ts";
export { type Linear, linear, linearSpec } from "./layers/linear.ts";
export { type DeepHit, deepHit, type DeepHitShape, deepHitSpec, dropoutSpec } from "./deephit.ts";
export { type Attended, type GatedAttention, gatedAttention, gatedAttentionSpec } from "./gated_attention.ts";
export {
  type HeadOutput,
  type SurvivalHead,
  survivalHead,
  type SurvivalHeadShape,
  survivalHeadSpec,
} from "./survival_head.ts";
