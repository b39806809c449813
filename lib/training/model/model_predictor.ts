import type { Engine } from "@ctsurv/engine/mod.ts";
import { activationExtractor, featureExtractor, halfActivations, type ViewedSlices } from "@ctsurv/features/mod.ts";
import { finalBlockFeatures } from "../fine_tuning/final_block_features.ts";
import { headPredictor } from "../head_predictor.ts";
import type { PatientPrediction } from "../trainer.ts";
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
  return model.finalBlock ? await tunedPredictor(engine, model) : await frozenPredictor(engine, model);
}

async function frozenPredictor(engine: Engine, model: SurvivalModel): Promise<ModelPredictor> {
  const extractor = await featureExtractor(engine, model.backbone, model.view);
  const predictor = headOf(engine, model);
  return {
    async predict(id, { slices, count }) {
      const features = await extractor.extract(slices);
      const [prediction] = await predictor.predict(model.head, [{ id, features, slices: count }]);
      return prediction!;
    },
    async dispose() {
      for (const part of [predictor, extractor]) await part.dispose();
    },
  };
}

async function tunedPredictor(engine: Engine, model: SurvivalModel): Promise<ModelPredictor> {
  const { backbone, view, head } = model;
  const finalBlock = model.finalBlock!;
  const extractor = await activationExtractor(engine, backbone, view);
  const block = finalBlockFeatures(engine, backbone);
  const predictor = headOf(engine, model);
  return {
    async predict(id, { slices }) {
      const { data, ...described } = await extractor.extract(slices);
      const activations = { ...described, data: halfActivations(data, backbone.architecture) };
      const features = await block.features(finalBlock, [activations]);
      const [prediction] = await predictor.predict(head, [{ id, features, slices: described.count }]);
      return prediction!;
    },
    async dispose() {
      for (const part of [predictor, block, extractor]) await part.dispose();
    },
  };
}

function headOf(engine: Engine, { backbone, shape, tail, loss: kind = "deephit" }: SurvivalModel) {
  return headPredictor(engine, { ...shape, backboneFeatures: backbone.architecture.features }, { tail, kind });
}
