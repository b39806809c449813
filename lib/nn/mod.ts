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
