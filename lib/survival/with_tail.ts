import * as tf from "@tensorflow/tfjs";

/**
 * Appends the tail, "alive after the last bin", as a logit that is always 0: the reference class of Kvamme & Borgan
 * (2021), eq. 9. [patients, bins] -> [patients, bins + 1], or unchanged without a tail.
 */
export function withTail(logits: tf.Tensor, tail: boolean): tf.Tensor {
  return tail ? tf.concat([logits, tf.zeros([logits.shape[0], 1])], 1) : logits;
}
