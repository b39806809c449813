import { float32, type TensorSpec, tf } from "@ctsurv/engine/mod.ts";

/** A fully connected layer. */
export interface Linear<T> {
  /** [out, in], PyTorch's order. */
  readonly weight: T;
  /** [out] */
  readonly bias: T;
}

/** The shapes of a fully connected layer. */
export function linearSpec(inFeatures: number, outFeatures: number): Linear<TensorSpec> {
  return { weight: float32(outFeatures, inFeatures), bias: float32(outFeatures) };
}

/**
 * `x W^T + b`: [..., in] -> [..., out].
 *
 * @example
 * ```ts
 * import { tf } from "@ctsurv/ctsurv/engine";
 * import { linear } from "@ctsurv/ctsurv/nn";
 * import { assertEquals } from "@std/assert";
 *
 * const layer = { weight: tf.tensor2d([[1, 2], [0, 1], [1, 1]]), bias: tf.tensor1d([0, 0, 10]) };
 * assertEquals(linear(tf.tensor2d([[3, 4]]), layer).arraySync(), [[11, 4, 17]]);
 * ```
 */
export function linear(x: tf.Tensor, { weight, bias }: Linear<tf.Tensor>): tf.Tensor {
  const [outFeatures, inFeatures] = weight.shape as [number, number];
  const rows = tf.reshape(x, [-1, inFeatures]);
  const y = tf.add(tf.matMul(rows as tf.Tensor2D, weight as tf.Tensor2D, false, true), bias);
  return tf.reshape(y, [...x.shape.slice(0, -1), outFeatures]);
}
