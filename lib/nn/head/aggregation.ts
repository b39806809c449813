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

/** The parameters of an aggregation. Which one it is shows in their names. */
export type Aggregation<T> =
  | GatedAttention<T>
  | AveragePooling
  | SelfAttentionPooling<T>
  | LinearAttention<T>
  | MlpAttention<T>;

/**
 * How a patient's slices become one vector:
 *
 * - `gated`: gated attention, the paper's soft attention;
 * - `average`, `self-attention`: what the paper compares it with;
 * - `linear`, `mlp`: the attention of the authors' code.
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
 * Applies the aggregation that the parameters are of. It depends on a patient's own slices only, and without positions
 * not on their order.
 *
 * @param slices [slices, features], the slices of all patients of the batch one after the other.
 * @param membership [patients, slices], 1 where the slice is the patient's. A slice of nobody is left out.
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
