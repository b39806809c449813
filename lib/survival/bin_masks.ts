import * as tf from "@tensorflow/tfjs";

/**
 * Marks, for bin numbers [patients], the columns 0 to `width` - 1 that are that bin (`at`) and those that come later
 * (`after`), both float32 [patients, width].
 */
export function binMasks(bin: tf.Tensor1D, width: number): { readonly at: tf.Tensor2D; readonly after: tf.Tensor2D } {
  const own = tf.expandDims<tf.Tensor2D>(tf.cast(bin, "float32"), 1);
  // Not tf.range: a constant needs no kernel.
  const column = tf.tensor1d(Float32Array.from({ length: width }, (_, k) => k));
  return { at: tf.cast(tf.equal(own, column), "float32"), after: tf.cast(tf.less(own, column), "float32") };
}
