import { memoise } from "@ctsurv/base/mod.ts";
import {
  compile,
  type Compiled,
  type Engine,
  float32,
  type HostTensor,
  type TensorSpec,
  type tf,
} from "@ctsurv/engine/mod.ts";
import type { TrainingPatient } from "@ctsurv/features/mod.ts";
import { type SurvivalHead, survivalHead, type SurvivalHeadShape, survivalHeadSpec } from "@ctsurv/nn/mod.ts";
import { survivalFromLogits } from "@ctsurv/survival/deephit/mod.ts";
import { joinSlices, paddedSlices } from "./batch.ts";
import { oneThread } from "./head_optimiser.ts";
import type { PatientPrediction } from "./trainer.ts";

/** Options of {@linkcode headPredictor}. */
export interface HeadPredictorOptions {
  /** Whether the head was trained with a constant logit for times beyond the last bin, see `deepHitLoss`. */
  readonly tail: boolean;
}

/** Applies survival heads to features. Its sessions serve every head of the shape. */
export interface HeadPredictor {
  /** Survival curves and attention, in the order of the patients. */
  predict(
    head: SurvivalHead<HostTensor>,
    patients: readonly Omit<TrainingPatient, "followUp">[],
  ): Promise<PatientPrediction[]>;
  dispose(): Promise<void>;
}

type PredictInputs = {
  readonly features: TensorSpec;
  readonly membership: TensorSpec;
  readonly head: SurvivalHead<TensorSpec>;
};

/** A predictor for heads of one shape. */
export function headPredictor(
  engine: Engine,
  shape: SurvivalHeadShape,
  { tail }: HeadPredictorOptions,
): HeadPredictor {
  const spec = survivalHeadSpec(shape);
  const reading = { bins: shape.bins ?? 24, tail };
  const programs = memoise((slices: number) =>
    compile(
      engine,
      ({ features, membership, head }) => survivalHead(features, membership, head),
      { features: float32(slices, shape.backboneFeatures), membership: float32(1, slices), head: spec },
      oneThread,
    ) as Promise<Compiled<PredictInputs, { logits: tf.Tensor; attention: tf.Tensor }>>
  );

  return {
    async predict(head, patients) {
      const predictions: PatientPrediction[] = [];
      for (const patient of patients) {
        const program = await programs.get(paddedSlices(patient.slices));
        const { logits, attention } = await program.run({ ...joinSlices([patient]), head });
        const [survival] = survivalFromLogits(await logits.read(), reading);
        const weights = await attention.read() as Float32Array;
        predictions.push({ id: patient.id, survival: survival!, attention: weights.slice(0, patient.slices) });
        logits.dispose();
        attention.dispose();
      }
      return predictions;
    },
    async dispose() {
      for (const program of programs.values()) await (await program).dispose();
    },
  };
}
