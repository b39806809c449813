import type { TensorSpec, tf } from "@ctsurv/engine/mod.ts";
import { attendByScores, type Attended } from "./attend_by_scores.ts";
import { type Linear, linear, linearSpec } from "./layers/linear.ts";

/** Attention whose scores are one linear layer, as in the authors' code. */
export interface LinearAttention<T> {
  /** [1, features] */
  readonly attention_w: Linear<T>;
}

/** The shapes for slice embeddings of `features` numbers; 257 numbers by default. */
export function linearAttentionSpec(features = 256): LinearAttention<TensorSpec> {
  return { attention_w: linearSpec(features, 1) };
}

/** `a_k = softmax_k(w^T h_k + b)`, `z = sum_k a_k h_k`; see `gatedAttention` for the shapes. */
export function linearAttention(
  slices: tf.Tensor2D,
  membership: tf.Tensor2D,
  { attention_w }: LinearAttention<tf.Tensor>,
): Attended {
  return attendByScores(slices, membership, linear(slices, attention_w));
}
