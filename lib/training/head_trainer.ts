import type { Engine, HostTensor } from "@ctsurv/engine/mod.ts";
import type { LabelledPatient, TrainingPatient } from "@ctsurv/features/mod.ts";
import type { SurvivalHead, SurvivalHeadShape } from "@ctsurv/nn/mod.ts";
import { constantLoss } from "@ctsurv/survival/deephit/mod.ts";
import { runEpochs } from "./_epochs.ts";
import { lossesOf, refuseDivergedParameters } from "./divergence.ts";
import {
  absorbScaling,
  type FeatureScaling,
  measureFeatures,
  releaseScaling,
  scaleFeatures,
} from "./feature_scaling.ts";
import { headOptimiser, type TrainOptions } from "./head_optimiser.ts";
import { headPredictor } from "./head_predictor.ts";
import type { Trained, Trainer } from "./trainer.ts";

/** A trained head and its losses. */
export type TrainedHead = Trained<SurvivalHead<HostTensor>>;

/** Trains survival heads on features and applies them. */
export type HeadTrainer = Trainer<TrainingPatient, SurvivalHead<HostTensor>>;

/** Options of {@linkcode headTrainer}. */
export interface HeadTrainerOptions extends TrainOptions {
  /**
   * A trained head with which every training starts, instead of new weights: transfer from one cohort to another. Like
   * every trained head it takes unscaled features. Before the first step it predicts the same, whatever the scaling.
   */
  readonly start?: SurvivalHead<HostTensor>;
}

/**
 * A trainer for survival heads of one shape: embedding, aggregation and DeepHit on the features of a frozen backbone.
 *
 * @example
 * ```ts
 * import { onnxEngine } from "@ctsurv/ctsurv/engine";
 * import { headTrainer } from "@ctsurv/ctsurv/training";
 * import { assert } from "@std/assert";
 *
 * // One slice for each patient; the higher its first feature, the longer the survival.
 * const patients = Array.from({ length: 8 }, (_, i) => ({
 *   id: `P${i}`,
 *   slices: 1,
 *   features: Float32Array.of(i / 8, 1),
 *   followUp: { months: 2 + 2 * i, event: 1 as const },
 * }));
 * const shape = { backboneFeatures: 2, embedding: 4, layers: 1, width: 4 };
 * const options = { epochs: 20, batchSize: 4, dropout: 0, learningRate: .01, seed: 1 };
 * const trainer = headTrainer(onnxEngine({ threads: 1 }), shape, options);
 * const { parameters, losses } = await trainer.train(patients);
 * assert(losses.at(-1)! < losses[0]!);
 * const predictions = await trainer.predict(parameters, patients);
 * assert(predictions[0]!.survival[12]! < predictions[7]!.survival[12]!);
 * await trainer.dispose();
 * ```
 */
export function headTrainer(engine: Engine, shape: SurvivalHeadShape, options: HeadTrainerOptions): HeadTrainer {
  const optimiser = headOptimiser(engine, shape, options);
  const predictor = headPredictor(engine, shape, { tail: options.loss?.tail ?? true });

  return {
    async train(given, onEpoch) {
      const scaling = options.scaleFeatures ? measureFeatures(given) : undefined;
      const patients = scaling ? given.map((patient) => scaleFeatures(patient, scaling)) : given;
      const head = optimiser.begin(options.start && startOn(options.start, scaling));
      const losses = await runEpochs(patients, options, async (batch) => (await head.step(batch)).loss, onEpoch);
      const parameters = await head.finish();
      refuseDivergedParameters(parameters);
      const embedding = scaling ? absorbScaling(parameters.embedding, scaling) : parameters.embedding;
      return { parameters: { ...parameters, embedding }, ...lossesOf(losses, options) };
    },

    constantLoss: (patients) => constantLossOf(patients, options),

    predict: (head, patients) => predictor.predict(head, patients),

    async dispose() {
      await optimiser.dispose();
      await predictor.dispose();
    },
  };
}

/** The loss of one curve for everybody, in the training that the options describe. */
export function constantLossOf(
  patients: readonly LabelledPatient[],
  { batchSize, labels, loss }: Pick<TrainOptions, "batchSize" | "labels" | "loss">,
): number {
  return constantLoss(patients.map(({ followUp }) => followUp), { batchSize, ...labels && { labels }, ...loss });
}

function startOn(head: SurvivalHead<HostTensor>, scaling: FeatureScaling | undefined): SurvivalHead<HostTensor> {
  return scaling ? { ...head, embedding: releaseScaling(head.embedding, scaling) } : head;
}
