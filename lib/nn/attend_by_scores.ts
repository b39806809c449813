import { tf } from "@ctsurv/engine/mod.ts";

/** What attention gives for a batch of patients. */
export interface Attended {
  /** [patients, features], the weighted sum of each patient's slices; of a transformer, its class token. */
  readonly pooled: tf.Tensor2D;
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
export function attendByScores(slices: tf.Tensor2D, membership: tf.Tensor2D, scores: tf.Tensor): Attended {
  // Far below any score, yet finite: a row that is all padding stays a number. Such a row gets no weight at all.
  const masked = tf.add(tf.reshape(scores, [1, -1]), tf.mul(tf.sub(membership, 1), 1e9));
  const weights = tf.mul(tf.softmax(masked as tf.Tensor2D), membership) as tf.Tensor2D;
  return { pooled: tf.matMul(weights, slices), weights };
}
