import { float32, tf } from "@ctsurv/engine/mod.ts";

/** Normalisation of every position by its own channels; both [channels]. */
export interface LayerNorm<T> {
  readonly weight: T;
  readonly bias: T;
}

/** The shape of a layer normalisation. */
export function layerNormSpec(channels: number) {
  return { weight: float32(channels), bias: float32(channels) };
}

/** `weight (x - mean) / sqrt(variance + epsilon) + bias` over the last axis, the variance biased: [..., channels]. */
export function layerNorm(x: tf.Tensor, { weight, bias }: LayerNorm<tf.Tensor>, epsilon: number): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.pow(centred, 2), -1, true);
  return tf.add(tf.mul(tf.div(centred, tf.sqrt(tf.add(variance, epsilon))), weight), bias);
}
