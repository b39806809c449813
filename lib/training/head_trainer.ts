import { InputError } from "@ctsurv/base/mod.ts";
import type { Engine, HostTensor } from "@ctsurv/engine/mod.ts";
import type { LabelledPatient, TrainingPatient } from "@ctsurv/features/mod.ts";
import type { SurvivalHead, SurvivalHeadShape } from "@ctsurv/nn/mod.ts";
import { oneCurveLoss } from "@ctsurv/survival/losses/mod.ts";
import { runEpochs } from "./_epochs.ts";
import { lossesOf, refuseDivergedParameters } from "./divergence.ts";
import { absorbScaling, type FeatureScaling, releaseScaling, scaleFeatures, scalingFor } from "./feature_scaling.ts";
import { headOptimiser, type TrainOptions } from "./head_optimiser.ts";
import { headPredictor } from "./head_predictor.ts";
import { withBaseline } from "./losses/head_for_loss.ts";
import type { Trained, Trainer } from "./trainer.ts";
import { epochSelection, keepBack, type ValidationOptions } from "./validation.ts";

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
  /**
   * One head for each fold of a cross-validation: fold k starts with the k-th, as in the authors' code. It comes before
   * `start`.
   */
  readonly starts?: readonly SurvivalHead<HostTensor>[];
  /**
   * Keeps some of the training patients back, and takes the weights of the epoch with the best Ctd on them, as in the
   * authors' code. @default {all patients are trained on, and the last epoch's weights are taken, as in the paper}
   */
  readonly validation?: ValidationOptions;
  /**
   * The order in which a patient's slices go through the head. Without positions a patient is a set of slices, so that
   * only rounding depends on it. Attention is always given from feet to head. @default {"feet-to-head"}
   */
  readonly sliceOrder?: "feet-to-head" | "head-to-feet";
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
  const predictor = headPredictor(engine, shape, lossReading(options));
  const inOrder = options.sliceOrder === "head-to-feet" ? reverseSlices : <Patient>(patients: Patient) => patients;

  return {
    async train(patients, onEpoch, { fold } = {}) {
      const given = inOrder(patients);
      const { training, validation } = options.validation
        ? keepBack(given, options.validation, options.seed)
        : { training: given, validation: [] };
      const scaling = scalingFor(training, options.scaleFeatures);
      const scaled = (patients: readonly TrainingPatient[]) =>
        scaling ? patients.map((patient) => scaleFeatures(patient, scaling)) : patients;
      const start = startOf(options, fold);
      const head = optimiser.begin(start && startOn(start, scaling));
      const complete = (head: SurvivalHead<HostTensor>) =>
        withBaseline(predictor, head, scaled(training), options.loss);
      const selection = options.validation && epochSelection(predictor, scaled(validation), options.validation);
      const losses = await runEpochs(
        scaled(training),
        options,
        async (batch, _, place) => (await head.step(batch, place)).loss,
        async (epoch, loss) => {
          onEpoch?.(epoch, loss);
          return await selection?.offer(epoch, await complete(await head.parameters()));
        },
      );
      const last = await head.finish();
      refuseDivergedParameters(last);
      const parameters = selection?.best() ?? await complete(last);
      const embedding = scaling ? absorbScaling(parameters.embedding, scaling) : parameters.embedding;
      return {
        parameters: { ...parameters, embedding },
        ...lossesOf(losses, options),
        ...selection && { selected: selection.selected() },
      };
    },

    async predict(head, patients) {
      const predictions = await predictor.predict(head, inOrder(patients));
      return options.sliceOrder === "head-to-feet"
        ? predictions.map(({ attention, ...rest }) => ({ ...rest, attention: attention.toReversed() }))
        : predictions;
    },

    constantLoss: (patients) => constantLossOf(patients, options),

    async dispose() {
      await optimiser.dispose();
      await predictor.dispose();
    },
  };
}

/** Patients with their slices in the opposite order. */
function reverseSlices(patients: readonly TrainingPatient[]): readonly TrainingPatient[] {
  return patients.map(({ features, slices, ...patient }) => {
    const width = features.length / slices;
    const reversed = new Float32Array(features.length);
    for (let slice = 0; slice < slices; slice++) {
      reversed.set(features.subarray(slice * width, (slice + 1) * width), (slices - 1 - slice) * width);
    }
    return { ...patient, slices, features: reversed };
  });
}

function startOf({ start, starts }: HeadTrainerOptions, fold: number | undefined) {
  if (!starts) return start;
  const own = fold === undefined ? undefined : starts[fold - 1];
  if (own) return own;
  const wanted = fold === undefined ? "this training is of no fold" : `this is fold ${fold}`;
  throw new InputError(
    `There are ${starts.length} heads to start from, one for each fold, and ${wanted}. Train the heads of as many folds`,
  );
}

/** How the outputs of heads trained with these options are read. */
export function lossReading({ loss: { tail = true, kind = "deephit" } = {} }: Pick<TrainOptions, "loss">) {
  return { tail, kind };
}

/** The loss of one curve for everybody, in the training that the options describe. */
export function constantLossOf(
  patients: readonly LabelledPatient[],
  { batchSize, labels, loss }: Pick<TrainOptions, "batchSize" | "labels" | "loss">,
): number {
  return oneCurveLoss(patients.map(({ followUp }) => followUp), { batchSize, ...labels && { labels }, ...loss });
}

function startOn(head: SurvivalHead<HostTensor>, scaling: FeatureScaling | undefined): SurvivalHead<HostTensor> {
  return scaling ? { ...head, embedding: releaseScaling(head.embedding, scaling) } : head;
}
