import { createRandom, InputError, memoise } from "@ctsurv/base/mod.ts";
import {
  compile,
  type Compiled,
  type Engine,
  float32,
  type HostTensor,
  type TensorSpec,
  tf,
} from "@ctsurv/engine/mod.ts";
import type { TrainingPatient } from "@ctsurv/features/mod.ts";
import {
  aggregate,
  deepHit,
  dropoutSpec,
  linear,
  type SurvivalHead,
  type SurvivalHeadShape,
  survivalHeadSpec,
} from "@ctsurv/nn/mod.ts";
import { survivalFromOutputs } from "@ctsurv/survival/losses/mod.ts";
import { HORIZON_MONTHS } from "@ctsurv/survival/mod.ts";
import { dropoutMask } from "../_batch_memory.ts";
import { joinSlices, paddedSlices } from "../batch.ts";
import type { HeadPredictorOptions } from "../head_predictor.ts";
import { oneThread } from "../head_optimiser.ts";
import { shapeForLoss, trainedWeights } from "../losses/head_for_loss.ts";

/** How a head is applied with dropout. */
export interface DropoutPasses {
  /** How often, at least 2. */
  readonly passes: number;
  /**
   * Probability with which a hidden unit of DeepHit is left out. @default {0.2, the paper's; of a `SurvivalModel`, that of
   * its training, see `passRate`}
   */
  readonly rate?: number;
  /** Seed of the masks. @default {42} */
  readonly seed?: number;
}

/** Applies survival heads with dropout. */
export interface DropoutPredictor {
  /**
   * Survival curves of patients, several of each.
   *
   * @returns [patients][passes]: S(0) to S(24).
   * @throws {InputError} If there are fewer than two passes, the rate is no probability below 1, or a head gives numbers
   *   that are not finite.
   */
  predict(
    head: SurvivalHead<HostTensor>,
    patients: readonly Omit<TrainingPatient, "followUp">[],
    passes: DropoutPasses,
  ): Promise<Float64Array[][]>;
  /** Frees the sessions. */
  dispose(): Promise<void>;
}

/**
 * Monte Carlo dropout (Gal and Ghahramani 2016): the head is applied with dropout after DeepHit's hidden layers, each time
 * with other units left out. At the rate of the training, the curves differ as those of an approximate posterior.
 * Features, embedding and attention are the same in every pass, even where the training had dropout before the embedding
 * (`embeddingDropout`): the passes show nothing of that. The masks are the same for every patient, so that pass k is one
 * network.
 *
 * @example
 * ```ts
 * import { onnxEngine } from "@ctsurv/ctsurv/engine";
 * import { initialHead, survivalHeadSpec } from "@ctsurv/ctsurv/nn";
 * import { dropoutPredictor } from "@ctsurv/ctsurv/training";
 * import { assertEquals } from "@std/assert";
 *
 * const shape = { backboneFeatures: 2, embedding: 4, layers: 2, width: 4 };
 * const head = initialHead(survivalHeadSpec(shape), 1, "pytorch");
 * const predictor = dropoutPredictor(onnxEngine({ threads: 1 }), shape, { tail: true });
 * const patient = { id: "A", slices: 3, features: Float32Array.of(1, 2, 3, 4, 5, 6) };
 * const [curves] = await predictor.predict(head, [patient], { passes: 10 });
 * assertEquals([curves!.length, curves![0]!.length], [10, 25]);
 * await predictor.dispose();
 * ```
 */
export function dropoutPredictor(
  engine: Engine,
  shape: SurvivalHeadShape,
  { tail, kind = "deephit" }: HeadPredictorOptions,
): DropoutPredictor {
  const spec = survivalHeadSpec(shapeForLoss(shape, { kind }));
  const { backboneFeatures, layers = 10, width = 100, bins = HORIZON_MONTHS } = shape;
  const programs = memoise(([slices, passes]: readonly number[]) =>
    compile(engine, passesOfHead, {
      features: float32(slices!, backboneFeatures),
      membership: float32(1, slices!),
      head: spec,
      dropout: dropoutSpec(passes!, { layers, width }),
    }, oneThread) as unknown as Promise<Compiled<PassInputs, { readonly logits: tf.Tensor }>>
  );
  return {
    async predict(head, patients, { passes, rate = 0.2, seed = 42 }) {
      if (!(Number.isInteger(passes) && passes >= 2)) {
        throw new InputError(`Dropout needs at least 2 passes to show a spread, not ${passes}`);
      }
      if (!(rate > 0 && rate < 1)) throw new InputError(`A dropout rate lies between 0 and 1, not at ${rate}`);
      const random = createRandom(seed, "dropout passes");
      const dropout = Array.from({ length: layers }, () => dropoutMask(random, [passes, width], rate));
      const baseline = head.baseline && { baseline: head.baseline.data };
      const weights = trainedWeights(head);
      const all: Float64Array[][] = [];
      for (const patient of patients) {
        const program = await programs.get([paddedSlices(patient.slices), passes]);
        const { logits } = await program.run({ ...joinSlices([patient]), head: weights, dropout });
        all.push(survivalFromOutputs(await logits.read() as Float32Array, { kind, bins, tail, ...baseline }));
        logits.dispose();
      }
      return all;
    },
    async dispose() {
      for (const program of programs.values()) await (await program).dispose();
    },
  };
}

type PassInputs = {
  readonly features: TensorSpec;
  readonly membership: TensorSpec;
  readonly head: SurvivalHead<TensorSpec>;
  readonly dropout: readonly TensorSpec[];
};

/** The head on one patient, whose patient vector goes through DeepHit once for each row of the masks. */
function passesOfHead({ features, membership, head, dropout }: {
  readonly features: tf.Tensor;
  readonly membership: tf.Tensor;
  readonly head: SurvivalHead<tf.Tensor>;
  readonly dropout: readonly tf.Tensor[];
}) {
  const { patient } = aggregate(linear(features, head.embedding), membership, head.aggregation);
  const repeated = tf.tile(patient, [dropout[0]!.shape[0]!, 1]);
  return { logits: deepHit(repeated, head.survival, dropout) };
}
