import { type TensorSpec, tf } from "@ctsurv/engine/mod.ts";
import { type Linear, linear, linearSpec } from "../layers/linear.ts";
import { aggregate, type Aggregation, type AggregationChoice, aggregationSpec } from "./aggregation.ts";
import { type DeepHit, deepHit, type DeepHitShape, deepHitSpec } from "./deephit.ts";

/** Everything that is trained on top of a frozen backbone. */
export interface SurvivalHead<T> {
  /** From backbone features to slice embeddings: the paper's new final layer, [256, features]. */
  readonly embedding: Linear<T>;
  /** From slice embeddings to the patient vector. */
  readonly aggregation: Aggregation<T>;
  /** From the patient vector to the logits of the months. */
  readonly survival: DeepHit<T>;
  /**
   * [months + 1]: the cumulative hazard of the training patients at month 0 to the last, of a head whose loss takes the
   * level of the curves from there (Cox, cross-entropy). It is not trained; absent for all other losses.
   */
  readonly baseline?: T;
}

/** The output of the head for a batch of patients. */
export interface HeadOutput {
  /** [patients, months], without the constant tail; [patients, 1] of a loss with one output. */
  readonly logits: tf.Tensor2D;
  /** [patients, slices], see {@linkcode Attended}. */
  readonly attention: tf.Tensor2D;
}

/** Sizes of a head, by default those of the paper. */
export interface SurvivalHeadShape extends Omit<DeepHitShape, "features"> {
  /** The number of features of a slice: 1280 for EfficientNet-B0. */
  readonly backboneFeatures: number;
  /** Length of a slice embedding and of the patient vector. @default {256} */
  readonly embedding?: number;
  /** How slices become the patient vector. @default {gated attention with a hidden size of 128} */
  readonly aggregation?: AggregationChoice;
  /** Clinical covariates beside the patient vector: DeepHit takes both. @default {0, images alone} */
  readonly clinical?: number;
}

/**
 * The shapes of the parameters of a head.
 *
 * @example The paper's head on EfficientNet-B0, with average pooling instead of soft attention
 * ```ts
 * import { survivalHeadSpec } from "@ctsurv/ctsurv/nn";
 * import { assertEquals } from "@std/assert";
 *
 * const head = survivalHeadSpec({ backboneFeatures: 1280, aggregation: { kind: "average" } });
 * assertEquals(head.embedding.weight.shape, [256, 1280]);
 * assertEquals(head.aggregation, {});
 * assertEquals(head.survival.output.weight.shape, [24, 100]);
 * ```
 *
 * @throws {InputError} If DeepHit's layers or the heads of self-attention do not fit.
 */
export function survivalHeadSpec(
  { backboneFeatures, embedding = 256, aggregation, clinical = 0, ...deepHit }: SurvivalHeadShape,
): SurvivalHead<TensorSpec> {
  return {
    embedding: linearSpec(backboneFeatures, embedding),
    aggregation: aggregationSpec(aggregation, embedding),
    survival: deepHitSpec({ ...deepHit, features: embedding + clinical }),
  };
}

/**
 * Runs the head: embeds the slices, aggregates them, and predicts. The names of its parameters decide which aggregation
 * and which DeepHit it has.
 *
 * @example A new head, two patients with two slices and one
 * ```ts
 * import { tf, toTensors } from "@ctsurv/ctsurv/engine";
 * import { initialiseHead, seededParameters, survivalHead, survivalHeadSpec } from "@ctsurv/ctsurv/nn";
 * import { assertEquals } from "@std/assert";
 *
 * const spec = survivalHeadSpec({ backboneFeatures: 4, embedding: 16, layers: 2, width: 8 });
 * const head = toTensors(seededParameters(spec, 42, initialiseHead));
 * const features = tf.tensor2d([[1, 0, 2, 0], [0, 1, 0, 2], [3, 1, 0, 0]]);
 * const { logits, attention } = survivalHead(features, tf.tensor2d([[1, 1, 0], [0, 0, 1]]), head);
 * assertEquals([logits.shape, attention.shape], [[2, 24], [2, 3]]);
 * assertEquals(attention.arraySync()[1], [0, 0, 1]);
 * ```
 *
 * @param features [slices, backbone features], the slices of all patients of the batch one after the other.
 * @param membership [patients, slices], 1 where the slice belongs to the patient.
 * @param dropout For training, see {@linkcode deepHit}.
 * @param clinical [patients, clinical covariates], for a head whose shape has them. They go to DeepHit behind the patient
 *   vector; attention does not see them.
 */
export function survivalHead(
  features: tf.Tensor,
  membership: tf.Tensor,
  head: SurvivalHead<tf.Tensor>,
  dropout?: readonly tf.Tensor[],
  clinical?: tf.Tensor,
): HeadOutput {
  const slices = linear(features, head.embedding);
  const { patient, weights } = aggregate(slices, membership, head.aggregation);
  const seen = clinical ? tf.concat([patient, clinical], 1) : patient;
  return { logits: deepHit(seen, head.survival, dropout), attention: weights };
}
