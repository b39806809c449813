import * as tf from "@tensorflow/tfjs";

/**
 * Marks, for bin numbers [patients] and `columns` [patients, width], which of the columns 0 to width - 1 are that bin
 * (`at`) and which come later (`after`), both float32 [patients, width].
 */
export function binMasks(bin: tf.Tensor, columns: tf.Tensor): { readonly at: tf.Tensor; readonly after: tf.Tensor } {
  const own = tf.expandDims(tf.cast(bin, "float32"), 1);
  // Not tf.range: a constant needs no kernel.
  const column = tf.tensor1d(Float32Array.from({ length: columns.shape[1]! }, (_, k) => k));
  return { at: tf.cast(tf.equal(own, column), "float32"), after: tf.cast(tf.less(own, column), "float32") };
}
