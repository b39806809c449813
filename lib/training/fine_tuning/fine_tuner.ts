import { InputError } from "@ctsurv/base/mod.ts";
import type { Engine, HostTensor, Value } from "@ctsurv/engine/mod.ts";
import type { FineTuningPatient, TrainingPatient } from "@ctsurv/features/mod.ts";
import type { Backbone, SurvivalHead, SurvivalHeadShape } from "@ctsurv/nn/mod.ts";
import { survivalLosses } from "@ctsurv/survival/mod.ts";
import { runEpochs } from "../_epochs.ts";
import { lossesOf, refuseDivergedParameters } from "../divergence.ts";
import { absorbScaling, type FeatureScaling, scaleFeatures, scalingFor } from "../feature_scaling.ts";
import { headOptimiser, type TrainOptions } from "../head_optimiser.ts";
import { headPredictor } from "../head_predictor.ts";
import { constantLossOf, headTrainer, type HeadTrainerOptions, lossReading } from "../head_trainer.ts";
import { withBaseline } from "../losses/head_for_loss.ts";
import type { Trainer } from "../trainer.ts";
import { activationReader } from "./_activations.ts";
import { finalBlockOptimiser, type FinalBlockState } from "./_final_block_optimiser.ts";
import type { FinalBlock } from "./final_block_features.ts";

/** What is trained with the head: only the new final layer (the embedding), or the backbone's last block as well. */
export type FineTuning = "final-layer" | "final-block";

/** All trained parameters. */
export interface FineTuned {
  /** Embedding, aggregation and DeepHit. */
  readonly head: SurvivalHead<HostTensor>;
  /** The backbone's last block; with `final-layer` its own, unchanged. */
  readonly finalBlock: FinalBlock<HostTensor>;
}

/** Options of {@linkcode fineTuner}. */
export interface FineTunerOptions extends TrainOptions {
  /** What is trained. @default {"final-layer"} */
  readonly fineTuning?: FineTuning;
  /** Bytes of activations that may stay in memory; the others are read batch by batch. @default {2 ** 30} */
  readonly activationMemory?: number;
}

/**
 * A trainer of a head together with the final block of a backbone, from activations at the cut before that block. The
 * paper says both "finetuning only the final block" and "only the final layer is trained".
 *
 * Every fold starts with the backbone's own block. `scaleFeatures` scales by the features that this block gives for the
 * training patients. The scaling stays fixed while the block is trained, and becomes part of the embedding's weights.
 *
 * A backbone's `finalBlock` lists the layers that are trained. For transfer from one cohort to another, see `start` of
 * `headTrainer`.
 */
export function fineTuner(
  engine: Engine,
  backbone: Backbone,
  shape: Omit<SurvivalHeadShape, "backboneFeatures">,
  options: FineTunerOptions,
): Trainer<FineTuningPatient, FineTuned> {
  const { fineTuning = "final-layer", activationMemory = 2 ** 30 } = options;
  if (fineTuning === "final-block") refuseHeadOnlyOptions(options);
  const headShape = { ...shape, backboneFeatures: backbone.architecture.features };
  const heads = headTrainer(engine, headShape, options);
  const optimiser = headOptimiser(engine, headShape, { ...options, featureGradients: true });
  const predictor = headPredictor(engine, headShape, lossReading(options));
  const block = finalBlockOptimiser(engine, backbone, options);
  const { hasBaseline } = survivalLosses[options.loss?.kind ?? "deephit"];
  const reader = activationReader(activationMemory);

  const load = async (patients: readonly FineTuningPatient[], next: readonly FineTuningPatient[]) => {
    const data = await reader.read(patients.map(({ activations }) => activations));
    reader.ahead(next.map(({ activations }) => activations));
    return patients.map(({ activations }, i) => ({ ...activations, data: data[i]! }));
  };
  /** The patients with the features of a block, read one after the other. */
  const featuresOf = async (finalBlock: FinalBlock<HostTensor>, patients: readonly FineTuningPatient[]) => {
    const withBlock: TrainingPatient[] = [];
    for (const [i, patient] of patients.entries()) {
      const features = await block.features(finalBlock, await load([patient], patients.slice(i + 1, i + 2)));
      withBlock.push(...withFeatures([patient], features));
    }
    return withBlock;
  };

  const optimiseFinalBlock: Trainer<FineTuningPatient, FineTuned>["train"] = async (patients, onEpoch) => {
    const { parameters: own } = block.start;
    const scaling = options.scaleFeatures
      ? scalingFor(await featuresOf(own, patients), options.scaleFeatures)
      : undefined;
    const head = optimiser.begin();
    let state: FinalBlockState<HostTensor | Value> = block.start;
    let step = 0;
    const losses = await runEpochs(patients, options, async (batch, next) => {
      const activations = await load(batch, next);
      const withBlock = withFeatures(batch, await block.features(state.parameters, activations));
      const { loss, featureGradients } = await head.step(
        scaling ? withBlock.map((patient) => scaleFeatures(patient, scaling)) : withBlock,
      );
      const gradients = scaling ? unscaleGradients(featureGradients!, scaling) : featureGradients!;
      state = await block.step(state, activations, gradients, ++step);
      return loss;
    }, onEpoch);
    const parameters = await head.finish();
    const embedding = scaling ? absorbScaling(parameters.embedding, scaling) : parameters.embedding;
    const finalBlock = await block.finish(state);
    refuseDivergedParameters({ head: parameters, finalBlock });
    const trained = { ...parameters, embedding };
    const complete = hasBaseline
      ? await withBaseline(predictor, trained, await featuresOf(finalBlock, patients), options.loss)
      : trained;
    return { parameters: { head: complete, finalBlock }, ...lossesOf(losses, options) };
  };

  const optimiseFinalLayer: typeof optimiseFinalBlock = async (patients, onEpoch) => {
    const { parameters: finalBlock } = block.start;
    const { parameters: head, ...trained } = await heads.train(await featuresOf(finalBlock, patients), onEpoch);
    return { parameters: { head, finalBlock }, ...trained };
  };

  return {
    train: fineTuning === "final-block" ? optimiseFinalBlock : optimiseFinalLayer,
    constantLoss: (patients) => constantLossOf(patients, options),
    async predict({ head, finalBlock }, patients) {
      return await heads.predict(head, await featuresOf(finalBlock, patients));
    },
    async dispose() {
      for (const part of [heads, optimiser, predictor, block]) await part.dispose();
    },
  };
}

/** Refuses what only the training of a head on its own can do. */
function refuseHeadOnlyOptions(
  { schedule, clipNorm, validation, starts, sliceOrder }: FineTunerOptions & HeadTrainerOptions,
): void {
  const asked = [
    schedule !== undefined && schedule.kind !== "constant" ? "a learning rate that changes" : "",
    clipNorm === undefined ? "" : "clipped gradients",
    validation ? "an epoch chosen on patients kept back" : "",
    starts ? "a start from other heads" : "",
    sliceOrder === "head-to-feet" ? "slices from the head to the feet" : "",
  ].filter((what) => what !== "");
  if (asked.length === 0) return;
  throw new InputError(
    `The final block cannot be trained with ${
      asked.join(", ")
    }: only a head on its own can. Train the final layer only, or take the protocol paper`,
  );
}

/** Patients with their rows of the features, [slices of all patients, features]. */
function withFeatures(patients: readonly FineTuningPatient[], features: Float32Array): TrainingPatient[] {
  const slices = patients.reduce((sum, { activations }) => sum + activations.count, 0);
  const width = features.length / slices;
  let at = 0;
  return patients.map(({ id, followUp, activations: { count } }) => {
    const own = features.subarray(at, at += count * width);
    return { id, followUp, slices: count, features: own };
  });
}

/** The gradient by unscaled features, from that by scaled features. */
function unscaleGradients(gradients: Float32Array, { std }: FeatureScaling): Float32Array {
  return gradients.map((gradient, i) => gradient / std[i % std.length]!);
}
