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
import { survivalLoss, type SurvivalLossOptions } from "@ctsurv/survival/losses/mod.ts";

/** The state of a training, which each step changes. */
export interface TrainingState<T> {
  /** Weights of the head. */
  readonly parameters: SurvivalHead<T>;
  /** AdamW's moments of every weight. */
  readonly moments: Moments<T>;
}

/** What the gradient of a batch depends on: the slices of all patients one after the other, and the labels. */
export interface GradientBatch<T> {
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
  /** [patients], months of follow-up to the horizon; only where the loss asks for them, see `survivalLosses`. */
  readonly months?: T;
  /** One [patients, width] for each hidden layer of DeepHit. */
  readonly dropout: readonly T[];
  /** [patients, clinical covariates]; only for a head that takes them beside the patient vector. */
  readonly clinical?: T;
}

/** One batch, and what AdamW needs to know of the step. */
export interface Batch<T> extends GradientBatch<T> {
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
  readonly loss?: SurvivalLossOptions;
}

/** The sizes of a batch. */
export interface BatchSizes {
  /** Rows of the labels; some may only fill up. */
  readonly patients: number;
  /** Of all patients together, with the rows that only fill up. */
  readonly slices: number;
  /** The numbers of a slice. */
  readonly backboneFeatures: number;
  /** Hidden layers of DeepHit. */
  readonly layers: number;
  /** Units of a hidden layer. */
  readonly width: number;
  /** Whether the loss asks for the months of the patients beside their bins. @default {false} */
  readonly timed?: boolean;
  /** Clinical covariates beside the patient vector. @default {0} */
  readonly clinical?: number;
}

/** The shapes of a batch, for compiling {@linkcode lossAndGradients}. */
export function gradientBatchSpec(
  { patients, slices, backboneFeatures, layers, width, timed = false, clinical = 0 }: BatchSizes,
): GradientBatch<TensorSpec> {
  return {
    features: float32(slices, backboneFeatures),
    membership: float32(patients, slices),
    bin: float32(patients),
    event: float32(patients),
    weight: float32(patients),
    ...timed && { months: float32(patients) },
    dropout: dropoutSpec(patients, { layers, width }),
    ...clinical > 0 && { clinical: float32(patients, clinical) },
  };
}

/**
 * The shapes of a batch, for compiling {@linkcode trainingStep}, which has an example.
 *
 * @param sizes.scheduled Whether a schedule changes the learning rate. By default it does not.
 */
export function batchSpec(
  { scheduled = false, ...sizes }: BatchSizes & { readonly scheduled?: boolean },
): Batch<TensorSpec> {
  return {
    ...gradientBatchSpec(sizes),
    corrections: { first: float32(), second: float32() },
    ...scheduled && { learningRate: float32() },
  };
}

/** The loss of a batch and its gradients. */
export interface LossAndGradients {
  /** [] */
  readonly loss: tf.Scalar;
  /** By every weight of the head. */
  readonly gradients: SurvivalHead<tf.Tensor>;
  /** By the features, [slices, backbone features], for training the layers below them; if asked for. */
  readonly featureGradients?: tf.Tensor;
}

/**
 * The loss of a batch and its gradients: a pure function to compile. `headOptimiser` runs it and takes the step with
 * `fusedAdamW`, which is faster than {@linkcode trainingStep} and gives the same weights, but for rounding.
 *
 * @param options.featureGradients Whether it gives the gradient by the features, which takes one more matrix product.
 */
export function lossAndGradients(
  { loss: lossOptions, featureGradients = false }: Pick<StepOptions, "loss"> & { readonly featureGradients?: boolean },
): (
  inputs: { readonly parameters: SurvivalHead<tf.Tensor>; readonly batch: GradientBatch<tf.Tensor> },
) => LossAndGradients {
  return ({ parameters, batch }) => {
    if (!featureGradients) {
      const { value, gradients } = valueAndGradients(
        (parameters) => batchLoss(parameters, batch.features, batch, lossOptions),
        parameters,
      );
      return { loss: value, gradients };
    }
    const { value, gradients } = valueAndGradients(
      ({ parameters, features }) => batchLoss(parameters, features, batch, lossOptions),
      { parameters, features: batch.features },
    );
    return { loss: value, gradients: gradients.parameters, featureGradients: gradients.features };
  };
}

/**
 * One step of training, from state and batch to the next state and the loss of the batch: a pure function to compile. It
 * is the readable form of what `headOptimiser` does faster.
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
  const { clipNorm } = options;
  return ({ state: { parameters, moments }, batch }) => {
    const { loss, gradients } = lossAndGradients({ ...options.loss && { loss: options.loss } })({ parameters, batch });
    const clipped = clipNorm === undefined ? gradients : clipGradients(gradients, clipNorm);
    const { corrections, learningRate } = batch;
    return { state: adamW(parameters, clipped, moments, corrections, options, learningRate), loss };
  };
}

function batchLoss(
  head: SurvivalHead<tf.Tensor>,
  features: tf.Tensor,
  { membership, dropout, clinical, bin, event, weight, months }: GradientBatch<tf.Tensor>,
  options?: SurvivalLossOptions,
): tf.Scalar {
  const { logits } = survivalHead(features, membership, head, dropout, clinical);
  return survivalLoss(logits, { bin, event, weight, ...months && { months } }, options);
}
