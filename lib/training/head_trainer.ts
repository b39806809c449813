import {
  compile,
  type Compiled,
  type Engine,
  float32,
  type HostTensor,
  type TensorSpec,
  type tf,
} from "@ctsurv/engine/mod.ts";
import { type SurvivalHead, survivalHead, type SurvivalHeadShape, survivalHeadSpec } from "@ctsurv/nn/mod.ts";
import { survivalFromLogits } from "@ctsurv/survival/mod.ts";
import type { FitOptions } from "./fit_options.ts";
import {
  absorbScaling,
  type FeatureScaling,
  measureFeatures,
  releaseScaling,
  scaleFeatures,
} from "./feature_scaling.ts";
import { headFitter } from "./head_fitter.ts";
import { makeBatch, paddedSlices } from "./make_batch.ts";
import { memoise } from "./memoise.ts";
import { oneThread } from "./one_thread.ts";
import { runEpochs } from "./run_epochs.ts";
import type { Fitted, PatientPrediction, Trainer } from "./trainer.ts";
import type { TrainingPatient } from "./training_patient.ts";

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
