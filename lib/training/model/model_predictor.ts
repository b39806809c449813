import type { Engine } from "@ctsurv/engine/mod.ts";
import { cutEmbedder, halfActivations, type ViewedPatient, viewEmbedder } from "@ctsurv/features/mod.ts";
import { profiles } from "@ctsurv/study/mod.ts";
import { fineTuner } from "../fine_tuning/fine_tuner.ts";
import { headTrainer } from "../head_trainer.ts";
import type { PatientPrediction } from "../patient.ts";
import type { SurvivalModel } from "./survival_model.ts";

/** A model, ready for patients. */
export interface ModelPredictor {
  /** @param patient What `viewPatient` gives by the model's view. */
  predict(id: string, patient: Pick<ViewedPatient, "slices" | "count">): Promise<PatientPrediction>;
  dispose(): Promise<void>;
}

/**
 * Makes a model ready for patients. It takes the way that training took, so that a patient of the training set is
 * predicted by the same numbers: with a trained final block, through activations in float16.
 */
export async function modelPredictor(engine: Engine, model: SurvivalModel): Promise<ModelPredictor> {
  return model.finalBlock ? await tunedPredictor(engine, model) : await frozenPredictor(engine, model);
}

/** Nobody is followed up while predicting. */
const followUp = { months: 0, event: 0 } as const;

async function frozenPredictor(engine: Engine, model: SurvivalModel): Promise<ModelPredictor> {
  const { backbone, view, shape, head } = model;
  const embedder = await viewEmbedder(engine, backbone, view);
  const headShape = { ...shape, backboneFeatures: backbone.architecture.features };
  const trainer = headTrainer(engine, headShape, fitOptions(model));
  return {
    async predict(id, { slices, count }) {
      const features = await embedder.embed(slices);
      const [prediction] = await trainer.predict(head, [{ id, features, slices: count, followUp }]);
      return prediction!;
    },
    async dispose() {
      for (const part of [trainer, embedder]) await part.dispose();
    },
  };
}

async function tunedPredictor(engine: Engine, model: SurvivalModel): Promise<ModelPredictor> {
  const { backbone, view, shape, head } = model;
  const finalBlock = model.finalBlock!;
  const embedder = await cutEmbedder(engine, backbone, view);
  const tuner = fineTuner(engine, backbone, shape, { ...fitOptions(model), fineTuning: "final-block" });
  return {
    async predict(id, { slices }) {
      const { data, ...described } = await embedder.embed(slices);
      const half = halfActivations(data, backbone.architecture);
      const load = () => Promise.resolve(half);
      const [prediction] = await tuner.predict({ head, finalBlock }, [
        { id, followUp, activations: { ...described, load } },
      ]);
      return prediction!;
    },
    async dispose() {
      for (const part of [tuner, embedder]) await part.dispose();
    },
  };
}

/** Prediction asks of them no more than whether there is a tail. */
function fitOptions({ tail }: SurvivalModel) {
  return { ...profiles.workshop, loss: { tail } };
}
