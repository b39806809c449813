import {
  adamW,
  type AdamWOptions,
  float32,
  type Moments,
  type TensorSpec,
  type tf,
  valueAndGradients,
} from "@ctsurv/engine/mod.ts";
import { dropoutSpec, type SurvivalHead, survivalHead } from "@ctsurv/nn/mod.ts";
import { deepHitLoss, type DeepHitOptions } from "@ctsurv/survival/deephit/mod.ts";

/** What changes from step to step. */
export interface TrainingState<T> {
  readonly parameters: SurvivalHead<T>;
  readonly moments: Moments<T>;
}

/** One batch, its slices one after the other. */
export interface Batch<T> {
  /** [slices, backbone features] */
  readonly features: T;
  /** [patients, slices], 1 where the slice is the patient's. */
  readonly membership: T;
  /** [patients], see `binLabel`. */
  readonly bin: T;
  /** [patients], 1 for a death. */
  readonly event: T;
  /** [patients], 0 for a row that only fills up the batch. */
  readonly weight: T;
  /** One [patients, width] for each hidden layer of DeepHit. */
  readonly dropout: readonly T[];
  /** `1 - beta^step`, see `biasCorrections`. */
  readonly corrections: { readonly first: T; readonly second: T };
}

/** How a head is trained. */
export interface StepOptions extends AdamWOptions {
  readonly loss?: DeepHitOptions;
}

/** The shapes of a batch. */
export function batchSpec(
  { patients, slices, backboneFeatures, layers, width }: {
    readonly patients: number;
    readonly slices: number;
    readonly backboneFeatures: number;
    readonly layers: number;
    readonly width: number;
  },
): Batch<TensorSpec> {
  return {
    features: float32(slices, backboneFeatures),
    membership: float32(patients, slices),
    bin: float32(patients),
    event: float32(patients),
    weight: float32(patients),
    dropout: dropoutSpec(patients, { layers, width }),
    corrections: { first: float32(), second: float32() },
  };
}

/** One step of training, from state and batch to the next state and the batch's loss: a pure function to compile. */
export function trainingStep(options: StepOptions) {
  return (
    { state, batch }: { state: TrainingState<tf.Tensor>; batch: Batch<tf.Tensor> },
  ): { state: TrainingState<tf.Tensor>; loss: tf.Scalar } => {
    const { value, gradients } = valueAndGradients(
      (parameters) => batchLoss(parameters, batch.features, batch, options.loss),
      state.parameters,
    );
    return { state: adamW(state.parameters, gradients, state.moments, batch.corrections, options), loss: value };
  };
}

/**
 * {@linkcode trainingStep} that also gives the loss's gradient by the features, [slices, backbone features], for what is
 * trained below them.
 */
export function trainingStepWithFeatures(options: StepOptions) {
  return (
    { state, batch }: { state: TrainingState<tf.Tensor>; batch: Batch<tf.Tensor> },
  ): { state: TrainingState<tf.Tensor>; loss: tf.Scalar; featureGradients: tf.Tensor } => {
    const { value, gradients } = valueAndGradients(
      ({ parameters, features }) => batchLoss(parameters, features, batch, options.loss),
      { parameters: state.parameters, features: batch.features },
    );
    return {
      state: adamW(state.parameters, gradients.parameters, state.moments, batch.corrections, options),
      loss: value,
      featureGradients: gradients.features,
    };
  };
}

function batchLoss(
  head: SurvivalHead<tf.Tensor>,
  features: tf.Tensor,
  { membership, dropout, bin, event, weight }: Batch<tf.Tensor>,
  options?: DeepHitOptions,
): tf.Scalar {
  const { logits } = survivalHead(features, membership, head, dropout);
  const labels = { bin, event, weight };
  return deepHitLoss(logits, labels, options);
}
