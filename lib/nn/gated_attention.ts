import { type TensorSpec, tf } from "@ctsurv/engine/mod.ts";
import { attendByScores, type Attended } from "./attend_by_scores.ts";
import { type Linear, linear, linearSpec } from "./layers/linear.ts";

/** Gated attention (Ilse et al. 2018, equation 9), after Attention-based Deep MIL's names for V, U and w. */
export interface GatedAttention<T> {
  /** [hidden, features], through tanh. */
  readonly attention_V: Linear<T>;
  /** [hidden, features], through a sigmoid. */
  readonly attention_U: Linear<T>;
  /** [1, hidden] */
  readonly attention_w: Linear<T>;
}

/** The shapes for slice embeddings of `features` numbers. */
export function gatedAttentionSpec(features = 256, hidden = 128): GatedAttention<TensorSpec> {
  return {
    attention_V: linearSpec(features, hidden),
    attention_U: linearSpec(features, hidden),
    attention_w: linearSpec(hidden, 1),
  };
}

/**
 * `a_k = softmax_k(w^T (tanh(V h_k) * sigmoid(U h_k)))`, `z = sum_k a_k h_k`, over each patient's own slices.
 *
 * A batch is all its slices one after the other, without padding in between, so that patients of any number of slices
 * share one matrix product.
 *
 * @param slices [slices, features], the slices of all patients of the batch.
 * @param membership [patients, slices], 1 where the slice is the patient's. A slice of nobody is left out.
 */
export function gatedAttention(
  slices: tf.Tensor2D,
  membership: tf.Tensor2D,
  { attention_V, attention_U, attention_w }: GatedAttention<tf.Tensor>,
): Attended {
  const gate = tf.mul(tf.tanh(linear(slices, attention_V)), tf.sigmoid(linear(slices, attention_U)));
  return attendByScores(slices, membership, linear(gate, attention_w));
}
