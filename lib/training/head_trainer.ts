import type { Engine, HostTensor } from "@ctsurv/engine/mod.ts";
import type { TrainingPatient } from "@ctsurv/features/mod.ts";
import type { SurvivalHead, SurvivalHeadShape } from "@ctsurv/nn/mod.ts";
import { runEpochs } from "./_epochs.ts";
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

/** A trained head. */
export type TrainedHead = Trained<SurvivalHead<HostTensor>>;

/** Trains survival heads on features, and applies them. */
export type HeadTrainer = Trainer<TrainingPatient, SurvivalHead<HostTensor>>;

/** How {@linkcode headTrainer} trains. */
export interface HeadTrainerOptions extends TrainOptions {
  /**
   * A trained head that every training goes on from, instead of new weights: transfer from one cohort to another. It takes
   * unscaled features, as every trained head does, and predicts the same before the first step, whatever the scaling.
   */
  readonly start?: SurvivalHead<HostTensor>;
}

/** A trainer for heads of one shape. */
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
      const embedding = scaling ? absorbScaling(parameters.embedding, scaling) : parameters.embedding;
      return { parameters: { ...parameters, embedding }, losses };
    },

    predict: (head, patients) => predictor.predict(head, patients),

    async dispose() {
      await optimiser.dispose();
      await predictor.dispose();
    },
  };
}

function startOn(head: SurvivalHead<HostTensor>, scaling: FeatureScaling | undefined): SurvivalHead<HostTensor> {
  return scaling ? { ...head, embedding: releaseScaling(head.embedding, scaling) } : head;
}
