import { type TensorSpec, tf } from "@ctsurv/engine/mod.ts";
import { type Linear, linear, linearSpec } from "../layers/linear.ts";

/** What attention gives for a batch of patients. */
export interface Attended {
  /** [patients, features], the weighted sum of each patient's slices; of a transformer, its class token. */
  readonly patient: tf.Tensor2D;
  /** [patients, slices], each row summing to 1 over the patient's own slices and 0 elsewhere. */
  readonly weights: tf.Tensor2D;
}

/**
 * Sums each patient's slices, weighted by the softmax of their scores.
 *
 * @param slices [slices, features], the slices of all patients of the batch.
 * @param membership [patients, slices], 1 where the slice is the patient's. A slice of nobody is left out.
 * @param scores A number for each slice.
 */
function attendByScores(slices: tf.Tensor, membership: tf.Tensor, scores: tf.Tensor): Attended {
  // Far below any score, yet finite: a row that is all padding stays a number. Such a row gets no weight at all.
  const masked = tf.add(tf.reshape(scores, [1, -1]), tf.mul(tf.sub(membership, 1), 1e9));
  const weights = tf.mul(tf.softmax(masked as tf.Tensor2D), membership) as tf.Tensor2D;
  return { patient: tf.matMul(weights, slices as tf.Tensor2D), weights };
}

/** Average pooling has nothing to learn. */
export type AveragePooling = Readonly<Record<never, never>>;

/** The mean of each patient's own slices; see `gatedAttention` for the shapes. */
export function averagePooling(slices: tf.Tensor, membership: tf.Tensor): Attended {
  return attendByScores(slices, membership, tf.zeros([slices.shape[0]]));
}

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
  slices: tf.Tensor,
  membership: tf.Tensor,
  { attention_V, attention_U, attention_w }: GatedAttention<tf.Tensor>,
): Attended {
  const gate = tf.mul(tf.tanh(linear(slices, attention_V)), tf.sigmoid(linear(slices, attention_U)));
  return attendByScores(slices, membership, linear(gate, attention_w));
}

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
  slices: tf.Tensor,
  membership: tf.Tensor,
  { attention_w }: LinearAttention<tf.Tensor>,
): Attended {
  return attendByScores(slices, membership, linear(slices, attention_w));
}

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
  slices: tf.Tensor,
  membership: tf.Tensor,
  { attention_mlp: [first, second, last] }: MlpAttention<tf.Tensor>,
): Attended {
  const hidden = tf.relu(linear(tf.relu(linear(slices, first)), second));
  return attendByScores(slices, membership, linear(hidden, last));
}
