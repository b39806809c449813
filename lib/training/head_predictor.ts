import { InputError, memoise } from "@ctsurv/base/mod.ts";
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
import { survivalFromOutputs, type SurvivalLossOptions } from "@ctsurv/survival/losses/mod.ts";
import { HORIZON_MONTHS } from "@ctsurv/survival/mod.ts";
import { joinSlices, paddedSlices } from "./batch.ts";
import { oneThread } from "./head_optimiser.ts";
import { shapeForLoss, trainedWeights } from "./losses/head_for_loss.ts";
import type { PatientPrediction } from "./trainer.ts";

/** Options of {@linkcode headPredictor}: how the head was trained, which decides what its outputs mean. */
export interface HeadPredictorOptions extends Pick<SurvivalLossOptions, "kind"> {
  /** Whether the head was trained with a constant logit for survival beyond the last bin, see `deepHitLoss`. */
  readonly tail: boolean;
}

/** Applies survival heads to features. Its sessions serve every head of the shape. */
export interface HeadPredictor {
  /**
   * Computes survival curves and attention, in the order of the patients.
   *
   * @throws {InputError} If a head gives numbers that are not finite, or lacks the baseline that its loss needs.
   */
  predict(
    head: SurvivalHead<HostTensor>,
    patients: readonly Omit<TrainingPatient, "followUp">[],
  ): Promise<PatientPrediction[]>;
  /**
   * Computes what the network gives for each patient: logits of the months, or one number.
   *
   * @throws {InputError} If a head gives numbers that are not finite.
   */
  outputs(
    head: SurvivalHead<HostTensor>,
    patients: readonly Omit<TrainingPatient, "followUp">[],
  ): Promise<Float32Array[]>;
  /** Frees the sessions. */
  dispose(): Promise<void>;
}

type PredictInputs = {
  readonly features: TensorSpec;
  readonly membership: TensorSpec;
  readonly head: SurvivalHead<TensorSpec>;
  readonly clinical?: TensorSpec;
};

/**
 * A predictor for heads of one shape.
 *
 * @example
 * ```ts
 * import { onnxEngine, zerosOf } from "@ctsurv/ctsurv/engine";
 * import { survivalHeadSpec } from "@ctsurv/ctsurv/nn";
 * import { headPredictor } from "@ctsurv/ctsurv/training";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const shape = { backboneFeatures: 2, embedding: 4, layers: 1, width: 4 };
 * const predictor = headPredictor(onnxEngine({ threads: 1 }), shape, { tail: true });
 * // With all weights 0, the 24 months and the tail have a probability of 1/25 each.
 * const head = zerosOf(survivalHeadSpec(shape));
 * const [prediction] = await predictor.predict(head, [{ id: "A", slices: 3, features: new Float32Array(3 * 2) }]);
 * assertAlmostEquals(prediction!.survival[24]!, 1 / 25);
 * assertAlmostEquals(prediction!.attention[0]!, 1 / 3);
 * await predictor.dispose();
 * ```
 */
export function headPredictor(
  engine: Engine,
  shape: SurvivalHeadShape,
  { tail, kind = "deephit" }: HeadPredictorOptions,
): HeadPredictor {
  const spec = survivalHeadSpec(shapeForLoss(shape, { kind }));
  const reading = { bins: shape.bins ?? HORIZON_MONTHS, tail, kind };
  const programs = memoise((slices: number) =>
    compile(
      engine,
      ({ features, membership, head, clinical }) => survivalHead(features, membership, head, undefined, clinical),
      {
        features: float32(slices, shape.backboneFeatures),
        membership: float32(1, slices),
        head: spec,
        ...shape.clinical !== undefined && shape.clinical > 0 && { clinical: float32(1, shape.clinical) },
      },
      oneThread,
    ) as Promise<Compiled<PredictInputs, { logits: tf.Tensor; attention: tf.Tensor }>>
  );

  const run = async (
    head: SurvivalHead<HostTensor>,
    patient: Omit<TrainingPatient, "followUp">,
  ): Promise<{ readonly outputs: Float32Array; readonly attention: Float32Array }> => {
    const program = await programs.get(paddedSlices(patient.slices));
    const { logits, attention } = await program.run({ ...joinSlices([patient]), head: trainedWeights(head) });
    const outputs = await logits.read() as Float32Array;
    if (!outputs.every(Number.isFinite)) {
      throw new InputError(
        `${patient.id}: the model gives numbers that are not finite, so its training diverged or its features are ` +
          "not those that it was trained on. Train it again",
      );
    }
    const weights = (await attention.read() as Float32Array).slice(0, patient.slices);
    logits.dispose();
    attention.dispose();
    return { outputs, attention: weights };
  };

  return {
    async predict(head, patients) {
      const predictions: PatientPrediction[] = [];
      const baseline = head.baseline && { baseline: head.baseline.data };
      for (const patient of patients) {
        const { outputs, attention } = await run(head, patient);
        const [survival] = survivalFromOutputs(outputs, { ...reading, ...baseline });
        predictions.push({ id: patient.id, survival: survival!, attention });
      }
      return predictions;
    },
    async outputs(head, patients) {
      const all: Float32Array[] = [];
      for (const patient of patients) all.push((await run(head, patient)).outputs);
      return all;
    },
    async dispose() {
      for (const program of programs.values()) await (await program).dispose();
    },
  };
}
