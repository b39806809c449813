import type { TensorSpec, tf } from "@ctsurv/engine/mod.ts";
import {
  type SelfAttentionOptions,
  type SelfAttentionPooling,
  selfAttentionPooling,
  selfAttentionPoolingSpec,
} from "./class_token.ts";
import {
  type Attended,
  type AveragePooling,
  averagePooling,
  type GatedAttention,
  gatedAttention,
  gatedAttentionSpec,
  type LinearAttention,
  linearAttention,
  linearAttentionSpec,
  type MlpAttention,
  mlpAttention,
  mlpAttentionSpec,
} from "./soft_attention.ts";

/** The parameters of an aggregation. Their names tell which one it is. */
export type Aggregation<T> =
  | GatedAttention<T>
  | AveragePooling
  | SelfAttentionPooling<T>
  | LinearAttention<T>
  | MlpAttention<T>;

/**
 * How the slices of a patient become the patient vector:
 *
 * - `gated`: gated attention, the paper's soft attention;
 * - `average`, `self-attention`: the alternatives in the paper;
 * - `linear`, `mlp`: the attention in the authors' code.
 *
 * `hidden` is the width of the layers that score a slice, 128 by default.
 */
export type AggregationChoice =
  | { readonly kind: "gated" | "mlp"; readonly hidden?: number }
  | { readonly kind: "average" | "linear" }
  | { readonly kind: "self-attention" } & SelfAttentionOptions;

/** The shapes of an aggregation's parameters for slice embeddings of `features` numbers. */
export function aggregationSpec(
  choice: AggregationChoice = { kind: "gated" },
  features = 256,
): Aggregation<TensorSpec> {
  switch (choice.kind) {
    case "gated":
      return gatedAttentionSpec(features, choice.hidden);
    case "average":
      return {};
    case "self-attention":
      return selfAttentionPoolingSpec(features, choice);
    case "linear":
      return linearAttentionSpec(features);
    case "mlp":
      return mlpAttentionSpec(features, choice.hidden);
  }
}

/**
 * Applies the aggregation to which the parameters belong. The result for a patient depends only on the slices of that
 * patient, and not on their order, except for self-attention with positions.
 *
 * @example The average slice of two patients, without parameters
 * ```ts
 * import { tf } from "@ctsurv/ctsurv/engine";
 * import { aggregate } from "@ctsurv/ctsurv/nn";
 * import { assertEquals } from "@std/assert";
 *
 * const slices = tf.tensor2d([[1, 0], [3, 2], [5, 5]]);
 * const membership = tf.tensor2d([[1, 1, 0], [0, 0, 1]]);
 * const { patient, weights } = aggregate(slices, membership, {});
 * assertEquals(weights.arraySync(), [[0.5, 0.5, 0], [0, 0, 1]]);
 * assertEquals(patient.arraySync(), [[2, 1], [5, 5]]);
 * ```
 *
 * @param slices [slices, features], the slices of all patients of the batch one after the other.
 * @param membership [patients, slices], 1 where the slice belongs to the patient. A slice without a patient is left out.
 */
export function aggregate(
  slices: tf.Tensor,
  membership: tf.Tensor,
  parameters: Aggregation<tf.Tensor>,
): Attended {
  if ("attention_V" in parameters) return gatedAttention(slices, membership, parameters);
  if ("class_token" in parameters) return selfAttentionPooling(slices, membership, parameters);
  if ("attention_mlp" in parameters) return mlpAttention(slices, membership, parameters);
  if ("attention_w" in parameters) return linearAttention(slices, membership, parameters);
  return averagePooling(slices, membership);
}
