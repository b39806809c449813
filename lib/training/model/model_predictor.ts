import type { Engine } from "@ctsurv/engine/mod.ts";
import { activationExtractor, featureExtractor, halfActivations, type ViewedSlices } from "@ctsurv/features/mod.ts";
import { finalBlockFeatures } from "../fine_tuning/final_block_features.ts";
import { headPredictor } from "../head_predictor.ts";
import type { PatientPrediction } from "../trainer.ts";
import { type DropoutPasses, dropoutPredictor } from "../uncertainty/dropout_predictor.ts";
import { passRate } from "../uncertainty/pass_rate.ts";
import type { SurvivalModel } from "./survival_model.ts";

/** A model, ready for patients. */
export interface ModelPredictor {
  /**
   * Predicts the survival of one patient.
   *
   * @param id The patient's name.
   * @param patient The patient's slices in the model's view, from `takeView`.
   */
  predict(id: string, patient: Pick<ViewedSlices, "slices" | "count">): Promise<PatientPrediction>;
  /**
   * Predicts the survival of one patient several times, each time with other units of DeepHit left out, see
   * {@linkcode dropoutPredictor}. The rate is that of the model's training where none is given, see {@linkcode passRate}.
   *
   * @returns [passes]: S(0) to S(24).
   * @throws {InputError} For the reasons of `passRate` and `dropoutPredictor`.
   */
  predictWithDropout(
    id: string,
    patient: Pick<ViewedSlices, "slices" | "count">,
    passes: DropoutPasses,
  ): Promise<Float64Array[]>;
  /** Frees the sessions and their weights. */
  dispose(): Promise<void>;
}

/**
 * Makes a model ready for patients. It computes features in the same way as training did, so that a patient of the
 * training set gets the same numbers: with a trained final block, from activations in float16.
 *
 * @throws {InputError} If the model's view is too small for its backbone.
 */
export async function modelPredictor(engine: Engine, model: SurvivalModel): Promise<ModelPredictor> {
  const { backbone, head, tail, loss: kind = "deephit" } = model;
  const shape = { ...model.shape, backboneFeatures: backbone.architecture.features };
  const extractor = await (model.finalBlock ? tunedFeatures(engine, model) : frozenFeatures(engine, model));
  const predictor = headPredictor(engine, shape, { tail, kind });
  const dropout = dropoutPredictor(engine, shape, { tail, kind });
  const featuresOf = async (id: string, { slices, count }: Pick<ViewedSlices, "slices" | "count">) => ({
    id,
    features: await extractor.features(slices),
    slices: count,
  });
  return {
    async predict(id, patient) {
      const [prediction] = await predictor.predict(head, [await featuresOf(id, patient)]);
      return prediction!;
    },
    async predictWithDropout(id, patient, passes) {
      const { rate } = passRate(model, passes);
      const [curves] = await dropout.predict(head, [await featuresOf(id, patient)], { ...passes, rate });
      return curves!;
    },
    async dispose() {
      for (const part of [predictor, dropout, extractor]) await part.dispose();
    },
  };
}

/** The features of a patient's slices. */
interface PatientFeatures {
  features(slices: Float32Array): Promise<Float32Array>;
  dispose(): Promise<void>;
}

async function frozenFeatures(engine: Engine, { backbone, view }: SurvivalModel): Promise<PatientFeatures> {
  const { extract, dispose } = await featureExtractor(engine, backbone, view);
  return { features: extract, dispose };
}

async function tunedFeatures(engine: Engine, { backbone, view, finalBlock }: SurvivalModel): Promise<PatientFeatures> {
  const extractor = await activationExtractor(engine, backbone, view);
  const block = finalBlockFeatures(engine, backbone);
  return {
    async features(slices) {
      const { data, ...described } = await extractor.extract(slices);
      const activations = { ...described, data: halfActivations(data, backbone.architecture) };
      return await block.features(finalBlock!, [activations]);
    },
    async dispose() {
      for (const part of [block, extractor]) await part.dispose();
    },
  };
}
