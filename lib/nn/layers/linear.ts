import { float32, tf } from "@ctsurv/engine/mod.ts";

/** A fully connected layer. */
export interface Linear<T> {
  /** [out, in], PyTorch's order. */
  readonly weight: T;
  /** [out] */
  readonly bias: T;
}

/** The shape of a fully connected layer. */
export function linearSpec(inFeatures: number, outFeatures: number) {
  return { weight: float32(outFeatures, inFeatures), bias: float32(outFeatures) };
}

/** `x W^T + b`: [..., in] -> [..., out]. */
export function linear(x: tf.Tensor, { weight, bias }: Linear<tf.Tensor>): tf.Tensor {
  const [outFeatures, inFeatures] = weight.shape as [number, number];
  const rows = tf.reshape(x, [-1, inFeatures]);
  const y = tf.add(tf.matMul(rows as tf.Tensor2D, weight as tf.Tensor2D, false, true), bias);
  return tf.reshape(y, [...x.shape.slice(0, -1), outFeatures]);
}
