import { tf } from "@ctsurv/engine/mod.ts";

/** Gaussian error linear unit, exact: `x (1 + erf(x / sqrt 2)) / 2`. */
export function gelu(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.mul(x, tf.add(tf.erf(tf.div(x, Math.SQRT2)), 1)), 0.5);
}

/** Sigmoid linear unit, `x sigmoid(x)`. */
export function silu(x: tf.Tensor): tf.Tensor {
  return tf.mul(x, tf.sigmoid(x));
}
