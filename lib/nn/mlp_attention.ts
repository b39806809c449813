import { type TensorSpec, tf } from "@ctsurv/engine/mod.ts";
import { attendByScores, type Attended } from "./attend_by_scores.ts";
import { type Linear, linear, linearSpec } from "./layers/linear.ts";

/** Attention whose scores are a perceptron of two hidden layers, as in the authors' code. */
export interface MlpAttention<T> {
  /** [hidden, features], [hidden, hidden], [1, hidden]; ReLU between them. */
  readonly attention_mlp: readonly [Linear<T>, Linear<T>, Linear<T>];
}

/** The shapes for slice embeddings of `features` numbers; 256-128-128-1 by default, 49,537 numbers. */
export function mlpAttentionSpec(features = 256, hidden = 128): MlpAttention<TensorSpec> {
  return { attention_mlp: [linearSpec(features, hidden), linearSpec(hidden, hidden), linearSpec(hidden, 1)] };
}

/** `a_k = softmax_k(mlp(h_k))`, `z = sum_k a_k h_k`; see `gatedAttention` for the shapes. */
export function mlpAttention(
  slices: tf.Tensor2D,
  membership: tf.Tensor2D,
  { attention_mlp: [first, second, last] }: MlpAttention<tf.Tensor>,
): Attended {
  const hidden = tf.relu(linear(tf.relu(linear(slices, first)), second));
  return attendByScores(slices, membership, linear(hidden, last));
}
