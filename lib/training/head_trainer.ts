import { memoise } from "@ctsurv/base/mod.ts";
import {
  compile,
  type Compiled,
  type Engine,
  float32,
  type HostTensor,
  hostTensor,
  type TensorSpec,
  type tf,
} from "@ctsurv/engine/mod.ts";
import {
  type Initialise,
  type Linear,
  type SurvivalHead,
  survivalHead,
  type SurvivalHeadShape,
  survivalHeadSpec,
} from "@ctsurv/nn/mod.ts";
import { survivalFromLogits } from "@ctsurv/survival/deephit/mod.ts";
import { makeBatch, paddedSlices, type TrainingLabels } from "./batch.ts";
import { headFitter, oneThread, runEpochs } from "./head_fitter.ts";
import type { Fitted, PatientPrediction, Trainer, TrainingPatient } from "./patient.ts";
import type { TrainingOptions } from "./training_step.ts";

/** Mean and standard deviation of each backbone feature over the slices of some patients. */
export interface FeatureScaling {
  readonly mean: Float64Array;
  readonly std: Float64Array;
}

/** Below this share of the average spread a feature counts as constant, and is not blown up. */
const leastSpread = 1e-3;

/** The scaling of all slices of these patients, such as those of a training fold. */
export function measureFeatures(patients: readonly TrainingPatient[]): FeatureScaling {
  const width = patients[0]!.features.length / patients[0]!.slices;
  const slices = patients.reduce((sum, patient) => sum + patient.slices, 0);
  const mean = new Float64Array(width);
  for (const { features } of patients) {
    for (let i = 0; i < features.length; i++) mean[i % width]! += features[i]! / slices;
  }
  const variance = new Float64Array(width);
  for (const { features } of patients) {
    for (let i = 0; i < features.length; i++) variance[i % width]! += (features[i]! - mean[i % width]!) ** 2 / slices;
  }
  const std = variance.map(Math.sqrt);
  const floor = leastSpread * std.reduce((sum, s) => sum + s, 0) / width || 1;
  return { mean, std: std.map((s) => Math.max(s, floor)) };
}

/** The patient with features of mean 0 and standard deviation 1. */
export function scaleFeatures(patient: TrainingPatient, { mean, std }: FeatureScaling): TrainingPatient {
  const width = mean.length;
  return { ...patient, features: patient.features.map((x, i) => (x - mean[i % width]!) / std[i % width]!) };
}

/**
 * The layer that does to unscaled features what `layer` does to scaled ones: W' = W / std, b' = b - W (mean / std). A
 * head trained on scaled features is so an ordinary head.
 */
export function absorbScaling(layer: Linear<HostTensor>, { mean, std }: FeatureScaling): Linear<HostTensor> {
  const width = mean.length;
  const weight = layer.weight.data.map((w, i) => w / std[i % width]!);
  const bias = layer.bias.data.map((b, row) => {
    let shift = 0;
    for (let i = 0; i < width; i++) shift += layer.weight.data[row * width + i]! * mean[i]! / std[i]!;
    return b - shift;
  });
  return { weight: hostTensor(weight, layer.weight.shape), bias: hostTensor(bias, layer.bias.shape) };
}

/** The inverse of {@linkcode absorbScaling}: the layer that does to scaled features what `layer` does to unscaled ones. */
function releaseScaling(layer: Linear<HostTensor>, { mean, std }: FeatureScaling): Linear<HostTensor> {
  return absorbScaling(layer, { mean: mean.map((m, i) => -m / std[i]!), std: std.map((s) => 1 / s) });
}

/** How a head is fitted. */
export interface FitOptions extends TrainingOptions {
  readonly epochs: number;
  readonly batchSize: number;
  /** Probability that a hidden unit of DeepHit is left out of a step. */
  readonly dropout: number;
  /** For new weights, the order of patients and dropout. */
  readonly seed: number;
  /** How months become bins: months (k, k + 1], or the coding of the authors' laboratory. @default {"interval"} */
  readonly labels?: TrainingLabels;
  /** Draws a new head's weights. @default {initialiseHead} */
  readonly initialise?: Initialise;
  /**
   * Trains on features of mean 0 and standard deviation 1 over the training patients' slices; the scaling then becomes
   * part of the embedding's weights. Features of untrained backbones need it, the paper has none. @default {false}
   */
  readonly scaleFeatures?: boolean;
}

/** A fitted head. */
export type FittedHead = Fitted<SurvivalHead<HostTensor>>;

/** Fits survival heads on features, and applies them. */
export type HeadTrainer = Trainer<TrainingPatient, SurvivalHead<HostTensor>>;

type PredictInputs = {
  readonly features: TensorSpec;
  readonly membership: TensorSpec;
  readonly head: SurvivalHead<TensorSpec>;
};

/** How {@linkcode headTrainer} fits. */
export interface HeadTrainerOptions extends FitOptions {
  /**
   * A fitted head that every fit goes on from, instead of new weights: transfer from one cohort to another. It takes
   * unscaled features, as every fitted head does, and predicts the same before the first step, whatever the scaling.
   */
  readonly start?: SurvivalHead<HostTensor>;
}

/** A trainer for heads of one shape. */
export function headTrainer(engine: Engine, shape: SurvivalHeadShape, options: HeadTrainerOptions): HeadTrainer {
  const spec = survivalHeadSpec(shape);
  const fitter = headFitter(engine, shape, options);
  const reading = { bins: shape.bins ?? 24, tail: options.loss?.tail ?? true };
  const predictors = memoise((slices: number) =>
    compile(
      engine,
      ({ features, membership, head }) => survivalHead(features as tf.Tensor2D, membership as tf.Tensor2D, head),
      { features: float32(slices, shape.backboneFeatures), membership: float32(1, slices), head: spec },
      oneThread,
    ) as Promise<Compiled<PredictInputs, { logits: tf.Tensor; attention: tf.Tensor }>>
  );

  return {
    async fit(given, onEpoch) {
      const scaling = options.scaleFeatures ? measureFeatures(given) : undefined;
      const patients = scaling ? given.map((patient) => scaleFeatures(patient, scaling)) : given;
      const head = fitter.begin(options.start && startOn(options.start, scaling));
      const losses = await runEpochs(patients, options, async (batch) => (await head.step(batch)).loss, onEpoch);
      const parameters = await head.finish();
      const embedding = scaling ? absorbScaling(parameters.embedding, scaling) : parameters.embedding;
      return { parameters: { ...parameters, embedding }, losses };
    },

    async predict(head, patients) {
      const predictions: PatientPrediction[] = [];
      for (const patient of patients) {
        const { features, membership } = makeBatch([patient]);
        const program = await predictors.get(paddedSlices(patient.slices));
        const { logits, attention } = await program.run({ features, membership, head });
        const [survival] = survivalFromLogits(await logits.read(), reading);
        const weights = await attention.read() as Float32Array;
        predictions.push({ id: patient.id, survival: survival!, attention: weights.slice(0, patient.slices) });
        logits.dispose();
        attention.dispose();
      }
      return predictions;
    },

    async dispose() {
      await fitter.dispose();
      for (const predictor of predictors.values()) await (await predictor).dispose();
    },
  };
}

function startOn(head: SurvivalHead<HostTensor>, scaling: FeatureScaling | undefined): SurvivalHead<HostTensor> {
  return scaling ? { ...head, embedding: releaseScaling(head.embedding, scaling) } : head;
}
