import type { Engine } from "@ctsurv/engine/mod.ts";
import { activationExtractor, featureExtractor, halfActivations, type ViewedSlices } from "@ctsurv/features/mod.ts";
import { finalBlockFeatures } from "../fine_tuning/final_block_features.ts";
import { headPredictor } from "../head_predictor.ts";
import type { PatientPrediction } from "../trainer.ts";
import type { SurvivalModel } from "./survival_model.ts";

/** A model, ready for patients. */
export interface ModelPredictor {
  /** @param patient What `takeView` gives by the model's view. */
  predict(id: string, patient: Pick<ViewedSlices, "slices" | "count">): Promise<PatientPrediction>;
  dispose(): Promise<void>;
}

/**
 * Makes a model ready for patients. It takes the way that training took, so that a patient of the training set is
 * predicted by the same numbers: with a trained final block, through activations in float16.
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

function headOf(engine: Engine, { backbone, shape, tail }: SurvivalModel) {
  return headPredictor(engine, { ...shape, backboneFeatures: backbone.architecture.features }, { tail });
}
