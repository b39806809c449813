import {
  adamW,
  type AdamWOptions,
  clipGradients,
  float32,
  type Moments,
  type TensorSpec,
  type tf,
  valueAndGradients,
} from "@ctsurv/engine/mod.ts";
import { dropoutSpec, type SurvivalHead, survivalHead } from "@ctsurv/nn/mod.ts";
import { deepHitLoss, type DeepHitOptions } from "@ctsurv/survival/deephit/mod.ts";

/** The state of a training, which each step changes. */
export interface TrainingState<T> {
  /** Weights of the head. */
  readonly parameters: SurvivalHead<T>;
  /** AdamW's moments of every weight. */
  readonly moments: Moments<T>;
}

/** One batch: the slices of all patients one after the other, and the labels. */
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
  /** AdamW's `1 - beta^step` of both moments, see `biasCorrections`. */
  readonly corrections: { readonly first: T; readonly second: T };
  /** The learning rate of the step, []; only where a schedule changes it. */
  readonly learningRate?: T;
}

/** Options of one step of training: AdamW's, and those of the loss. */
export interface StepOptions extends AdamWOptions {
  /** The largest norm of all gradients together; larger ones are scaled down, see `clipGradients`. @default {no limit} */
  readonly clipNorm?: number;
  /** The loss. @default {the paper's} */
  readonly loss?: DeepHitOptions;
}

/** The shapes of a batch, for compiling {@linkcode trainingStep}, which has an example. */
export function batchSpec(
  { patients, slices, backboneFeatures, layers, width, scheduled = false }: {
    readonly patients: number;
    readonly slices: number;
    readonly backboneFeatures: number;
    readonly layers: number;
    readonly width: number;
    /** Whether a schedule changes the learning rate. @default {false} */
    readonly scheduled?: boolean;
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
    ...scheduled && { learningRate: float32() },
  };
}

/**
 * One step of training, from state and batch to the next state and the loss of the batch: a pure function to compile.
 *
 * @example
 * ```ts
 * import { biasCorrections, compile, hostTensor, momentsSpec, onnxEngine, zerosOf } from "@ctsurv/ctsurv/engine";
 * import { survivalHeadSpec } from "@ctsurv/ctsurv/nn";
 * import { batchSpec, trainingStep } from "@ctsurv/ctsurv/training";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const head = survivalHeadSpec({ backboneFeatures: 2, embedding: 4, layers: 1, width: 4 });
 * const shapes = {
 *   state: { parameters: head, moments: momentsSpec(head) },
 *   batch: batchSpec({ patients: 1, slices: 3, backboneFeatures: 2, layers: 1, width: 4 }),
 * };
 * const program = await compile(onnxEngine({ threads: 1 }), trainingStep({ learningRate: 1e-4 }), shapes);
 * // A death in the first month, of a patient with three slices, and a head whose weights are 0.
 * const { state, batch } = zerosOf(shapes);
 * const { first, second } = biasCorrections(1);
 * const corrections = { first: hostTensor([first], []), second: hostTensor([second], []) };
 * const one = hostTensor([1], [1]);
 * const membership = hostTensor([1, 1, 1], [1, 3]);
 * const { loss } = await program.run({ state, batch: { ...batch, membership, event: one, weight: one, corrections } });
 * assertAlmostEquals((await loss.read())[0]!, Math.log(25) / 2, 1e-6); // half of -log 1/25
 * await program.dispose();
 * ```
 */
export function trainingStep(
  options: StepOptions,
): (inputs: { state: TrainingState<tf.Tensor>; batch: Batch<tf.Tensor> }) => {
  state: TrainingState<tf.Tensor>;
  loss: tf.Scalar;
} {
  return ({ state, batch }) => {
    const { value, gradients } = valueAndGradients(
      (parameters) => batchLoss(parameters, batch.features, batch, options.loss),
      state.parameters,
    );
    return { state: update(state, gradients, batch, options), loss: value };
  };
}

/**
 * {@linkcode trainingStep} that also gives the gradient of the loss by the features, [slices, backbone features], for
 * training the layers below them.
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
      state: update(state, gradients.parameters, batch, options),
      loss: value,
      featureGradients: gradients.features,
    };
  };
}

function update(
  { parameters, moments }: TrainingState<tf.Tensor>,
  gradients: SurvivalHead<tf.Tensor>,
  { corrections, learningRate }: Batch<tf.Tensor>,
  options: StepOptions,
): TrainingState<tf.Tensor> {
  const { clipNorm } = options;
  const clipped = clipNorm === undefined ? gradients : clipGradients(gradients, clipNorm);
  return adamW(parameters, clipped, moments, corrections, options, learningRate);
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
