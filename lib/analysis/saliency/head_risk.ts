import { InputError, memoise } from "@ctsurv/base/mod.ts";
import {
  compile,
  type Compiled,
  type Engine,
  float32,
  type HostTensor,
  type TensorSpec,
  tf,
} from "@ctsurv/engine/mod.ts";
import { type SurvivalHead, survivalHead, type SurvivalHeadShape, survivalHeadSpec } from "@ctsurv/nn/mod.ts";
import type { SurvivalLossName } from "@ctsurv/survival/mod.ts";
import { joinSlices, paddedSlices, type PatientFeatures } from "@ctsurv/training/mod.ts";
import { checkExplainable } from "./explainable.ts";
import { logOddsOfDeath, type RiskOptions } from "./risk.ts";

/** A patient's risk, and what it owes to each feature of each slice. */
export interface RiskGradients {
  /** Log odds of death, see {@linkcode logOddsOfDeath}. */
  readonly risk: number;
  /** The derivative of the risk by each feature, through embedding, attention and DeepHit; [slices, features]. */
  readonly gradients: Float32Array;
  /** Attention on each slice, from feet to head; sums to 1. */
  readonly attention: Float32Array;
}

/** Applies survival heads of one shape, and differentiates them. Its sessions serve every head. */
export interface HeadRisk {
  /**
   * The risk of some patients, such as one patient without some of the slices.
   *
   * @throws {InputError} If a head gives numbers that are not finite.
   */
  risks(head: SurvivalHead<HostTensor>, patients: readonly PatientFeatures[]): Promise<Float64Array>;
  /**
   * The risk of one patient and its derivative by the features.
   *
   * @throws {InputError} If the head gives numbers that are not finite.
   */
  gradients(head: SurvivalHead<HostTensor>, patient: PatientFeatures): Promise<RiskGradients>;
  /** Frees the sessions. */
  dispose(): Promise<void>;
}

type HeadInputs = {
  readonly features: TensorSpec;
  readonly membership: TensorSpec;
  readonly head: SurvivalHead<TensorSpec>;
};

/** Patients that go through a head together, and the slices of all of them; a patient with more goes alone. */
const [ROWS, SLICES] = [8, 64];

/** A sum that is split among threads rounds in another order. */
const oneThread = { threads: 1 } as const;

/** Options of {@linkcode headRisk}. */
export interface HeadRiskOptions extends RiskOptions {
  /** The loss of the training; another than DeepHit is refused. @default {"deephit"} */
  readonly kind?: SurvivalLossName;
}

/**
 * The risk of patients under survival heads of one shape, and its derivative by the features of their slices. The head is
 * in evaluation mode, without dropout.
 *
 * With s_i = W f_i + b the embedding of slice i, a = softmax(score(s)) its attention, z = sum_i a_i s_i the patient vector
 * and R the risk of DeepHit's logits for z, the derivative by the features of slice i is
 *
 *     dR/df_i = W^T (a_i dR/dz + sum_j (dR/dz . s_j) da_j/ds_i)
 *
 * The first term is what the slice says, weighted by its attention; the second what it does to the attention of all slices.
 *
 * @example
 * ```ts
 * import { headRisk } from "@ctsurv/ctsurv/analysis";
 * import { onnxEngine, zerosOf } from "@ctsurv/ctsurv/engine";
 * import { survivalHeadSpec } from "@ctsurv/ctsurv/nn";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const shape = { backboneFeatures: 2, embedding: 4, layers: 1, width: 4 };
 * const heads = headRisk(onnxEngine({ threads: 1 }), shape);
 * // With all weights 0 everybody has the odds 24:1, whatever the slices.
 * const head = zerosOf(survivalHeadSpec(shape));
 * const { risk, gradients } = await heads.gradients(head, { slices: 3, features: new Float32Array(3 * 2) });
 * assertAlmostEquals(risk, Math.log(24), 1e-5);
 * assertEquals([...gradients], [0, 0, 0, 0, 0, 0]);
 * await heads.dispose();
 * ```
 *
 * @throws {InputError} If the heads take clinical covariates too, or were trained with another loss than DeepHit.
 */
export function headRisk(
  engine: Engine,
  shape: SurvivalHeadShape,
  { kind = "deephit", ...options }: HeadRiskOptions = {},
): HeadRisk {
  checkExplainable({ shape, loss: kind });
  const head = survivalHeadSpec(shape);
  const riskOf = (features: tf.Tensor, membership: tf.Tensor, head: SurvivalHead<tf.Tensor>) => {
    const { logits, attention } = survivalHead(features, membership, head);
    return { risk: logOddsOfDeath(logits, options), attention };
  };
  const signature = (slices: number, rows: number) => ({
    features: float32(slices, shape.backboneFeatures),
    membership: float32(rows, slices),
    head,
  });
  const values = memoise((slices: number) =>
    compile(
      engine,
      ({ features, membership, head }) => ({ risk: riskOf(features, membership, head).risk }),
      signature(slices, ROWS),
      oneThread,
    ) as Promise<Compiled<HeadInputs, { risk: tf.Tensor }>>
  );
  const derivatives = memoise((slices: number) =>
    compile(
      engine,
      ({ features, membership, head }) => {
        const { grad, value } = tf.valueAndGrad((x: tf.Tensor) => tf.sum(riskOf(x, membership, head).risk))(features);
        return { risk: value, gradients: grad, attention: survivalHead(features, membership, head).attention };
      },
      signature(slices, 1),
      oneThread,
    ) as Promise<Compiled<HeadInputs, { risk: tf.Tensor; gradients: tf.Tensor; attention: tf.Tensor }>>
  );

  return {
    async risks(head, patients) {
      const risks: number[] = [];
      for (const some of together(patients)) {
        const program = await values.get(paddedSlices(slicesOf(some)));
        const { risk } = await program.run({ ...joinSlices(some, ROWS), head });
        risks.push(...finite((await risk.read() as Float32Array).subarray(0, some.length)));
        risk.dispose();
      }
      return Float64Array.from(risks);
    },
    async gradients(head, patient) {
      const program = await derivatives.get(paddedSlices(patient.slices));
      const { risk, gradients, attention } = await program.run({ ...joinSlices([patient]), head });
      const found = {
        risk: finite(await risk.read() as Float32Array)[0]!,
        gradients: finite((await gradients.read() as Float32Array).slice(0, patient.features.length)),
        attention: (await attention.read() as Float32Array).slice(0, patient.slices),
      };
      for (const value of [risk, gradients, attention]) value.dispose();
      return found;
    },
    async dispose() {
      for (const program of [...values.values(), ...derivatives.values()]) await (await program).dispose();
    },
  };
}

/** Groups of patients, in order. */
function together(patients: readonly PatientFeatures[]): PatientFeatures[][] {
  const groups: PatientFeatures[][] = [];
  for (const patient of patients) {
    const last = groups.at(-1);
    if (last && last.length < ROWS && slicesOf(last) + patient.slices <= SLICES) last.push(patient);
    else groups.push([patient]);
  }
  return groups;
}

function slicesOf(patients: readonly PatientFeatures[]): number {
  return patients.reduce((sum, { slices }) => sum + slices, 0);
}

function finite(numbers: Float32Array): Float32Array {
  if (numbers.every(Number.isFinite)) return numbers;
  throw new InputError(
    "The model gives numbers that are not finite, so its training diverged or its features are not those that it was " +
      "trained on. Train it again",
  );
}
