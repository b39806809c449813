import type { TensorSpec, tf } from "@ctsurv/engine/mod.ts";
import { type Linear, linear, linearSpec } from "../layers/linear.ts";
import { aggregate, type Aggregation, type AggregationChoice, aggregationSpec } from "./aggregation.ts";
import { type DeepHit, deepHit, type DeepHitShape, deepHitSpec } from "./deephit.ts";

/** Everything that is trained on top of a frozen backbone. */
export interface SurvivalHead<T> {
  /** Backbone features to slice embeddings: the paper's new final layer, [256, features]. */
  readonly embedding: Linear<T>;
  readonly aggregation: Aggregation<T>;
  readonly survival: DeepHit<T>;
}

/** What the head says of a batch of patients. */
export interface HeadOutput {
  /** [patients, months] */
  readonly logits: tf.Tensor2D;
  /** [patients, slices] */
  readonly attention: tf.Tensor2D;
}

/** Sizes of a head; the paper's by default. */
export interface SurvivalHeadShape extends Omit<DeepHitShape, "features"> {
  /** Numbers that the backbone gives for a slice: 1280 for EfficientNet-B0. */
  readonly backboneFeatures: number;
  /** @default {256} */
  readonly embedding?: number;
  /** @default {gated attention with a hidden size of 128} */
  readonly aggregation?: AggregationChoice;
}

/** The shapes of a head's parameters. */
export function survivalHeadSpec(
  { backboneFeatures, embedding = 256, aggregation, ...deepHit }: SurvivalHeadShape,
): SurvivalHead<TensorSpec> {
  return {
    embedding: linearSpec(backboneFeatures, embedding),
    aggregation: aggregationSpec(aggregation, embedding),
    survival: deepHitSpec({ ...deepHit, features: embedding }),
  };
}

/**
 * Embeds, aggregates, predicts; with which aggregation and which DeepHit, its parameters say.
 *
 * @param features [slices, backbone features], the slices of all patients of the batch one after the other.
 * @param membership [patients, slices], 1 where the slice is the patient's.
 * @param dropout For training, see {@linkcode deepHit}.
 */
export function survivalHead(
  features: tf.Tensor,
  membership: tf.Tensor,
  head: SurvivalHead<tf.Tensor>,
  dropout?: readonly tf.Tensor[],
): HeadOutput {
  const slices = linear(features, head.embedding);
  const { patient, weights } = aggregate(slices, membership, head.aggregation);
  return { logits: deepHit(patient, head.survival, dropout), attention: weights };
}
