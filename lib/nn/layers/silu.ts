import { tf } from "@ctsurv/engine/mod.ts";

/** Sigmoid linear unit, `x sigmoid(x)`. */
export function silu(x: tf.Tensor): tf.Tensor {
  return tf.mul(x, tf.sigmoid(x));
}
