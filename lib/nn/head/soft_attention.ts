import { type TensorSpec, tf } from "@ctsurv/engine/mod.ts";
import { type Linear, linear, linearSpec } from "../layers/linear.ts";

/** The result of an aggregation for a batch of patients. */
export interface Attended {
  /** The patient vectors, [patients, features]: the weighted sum of each patient's slices, or a transformer's class token. */
  readonly patient: tf.Tensor2D;
  /** [patients, slices]. Each row sums to 1 over the slices of the patient, and is 0 elsewhere. */
  readonly weights: tf.Tensor2D;
}

/**
 * Sums the slices of each patient, weighted by the softmax of their scores.
 *
 * @param slices [slices, features], the slices of all patients of the batch.
 * @param membership [patients, slices], 1 where the slice belongs to the patient. A slice without a patient is left out.
 * @param scores One number for each slice.
 */
function attendByScores(slices: tf.Tensor, membership: tf.Tensor, scores: tf.Tensor): Attended {
  // Far below any score, but finite, so that a row of padding does not become NaN. Such a row gets no weight at all.
  const masked = tf.add(tf.reshape(scores, [1, -1]), tf.mul(tf.sub(membership, 1), 1e9));
  const weights = tf.mul(tf.softmax(masked as tf.Tensor2D), membership) as tf.Tensor2D;
  return { patient: tf.matMul(weights, slices as tf.Tensor2D), weights };
}

/** The parameters of average pooling: none. */
export type AveragePooling = Readonly<Record<never, never>>;

/** The mean of the slices of each patient; see `gatedAttention` for the shapes. */
export function averagePooling(slices: tf.Tensor, membership: tf.Tensor): Attended {
  return attendByScores(slices, membership, tf.zeros([slices.shape[0]]));
}

/** Gated attention (Ilse et al. 2018, equation 9). V, U and w are those of the paper. */
export interface GatedAttention<T> {
  /** V, [hidden, features]; tanh follows. */
  readonly attention_V: Linear<T>;
  /** U, [hidden, features]; a sigmoid follows. */
  readonly attention_U: Linear<T>;
  /** w, [1, hidden]: the score of a slice. */
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
 * `a_k = softmax_k(w^T (tanh(V h_k) * sigmoid(U h_k)))`, `z = sum_k a_k h_k`, over the slices of each patient.
 *
 * The slices of a batch come one after the other without padding. Patients with any number of slices share one matrix
 * product.
 *
 * @example One patient with three slices
 * ```ts
 * import { tf } from "@ctsurv/ctsurv/engine";
 * import { gatedAttention } from "@ctsurv/ctsurv/nn";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const bias = tf.tensor1d([0]);
 * const attention = {
 *   attention_V: { weight: tf.tensor2d([[1, 0]]), bias }, // only the first number of a slice counts
 *   attention_U: { weight: tf.tensor2d([[0, 0]]), bias }, // an open gate, 0.5
 *   attention_w: { weight: tf.tensor2d([[6]]), bias },
 * };
 * const slices = tf.tensor2d([[-1, 7], [0, 7], [1, 7]]);
 * const { patient, weights } = gatedAttention(slices, tf.tensor2d([[1, 1, 1]]), attention);
 *
 * const [low, middle, high] = weights.dataSync();
 * assertAlmostEquals(low! + middle! + high!, 1, 1e-6);
 * assertEquals([low, middle, high].map((weight) => weight!.toFixed(3)), ["0.009", "0.092", "0.899"]);
 * assertEquals(patient.shape, [1, 2]);
 * ```
 *
 * @param slices [slices, features], the slices of all patients of the batch.
 * @param membership [patients, slices], 1 where the slice belongs to the patient. A slice without a patient is left out.
 */
export function gatedAttention(
  slices: tf.Tensor,
  membership: tf.Tensor,
  { attention_V, attention_U, attention_w }: GatedAttention<tf.Tensor>,
): Attended {
  const gate = tf.mul(tf.tanh(linear(slices, attention_V)), tf.sigmoid(linear(slices, attention_U)));
  return attendByScores(slices, membership, linear(gate, attention_w));
}

/** Attention with scores from one linear layer, as in the authors' code. */
export interface LinearAttention<T> {
  /** [1, features] */
  readonly attention_w: Linear<T>;
}

/** The shapes for slice embeddings of `features` numbers: 257 numbers by default. */
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

/** Attention with scores from a perceptron of two hidden layers, as in the authors' code. */
export interface MlpAttention<T> {
  /** [hidden, features], [hidden, hidden] and [1, hidden], with ReLU between them. */
  readonly attention_mlp: readonly [Linear<T>, Linear<T>, Linear<T>];
}

/** The shapes for slice embeddings of `features` numbers: 256-128-128-1 by default, 49,537 numbers. */
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
