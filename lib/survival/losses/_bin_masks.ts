import * as tf from "@tensorflow/tfjs";

/**
 * Masks of the columns 0 to width - 1 for bin numbers [patients]: `at` marks the column of the bin, `after` the columns
 * that come later, both float32 [patients, width]. The width is that of `columns`, [patients, width].
 */
export function binMasks(bin: tf.Tensor, columns: tf.Tensor): { readonly at: tf.Tensor; readonly after: tf.Tensor } {
  const own = tf.expandDims(tf.cast(bin, "float32"), 1);
  // Not tf.range: a constant needs no kernel.
  const column = tf.tensor1d(Float32Array.from({ length: columns.shape[1]! }, (_, k) => k));
  return { at: tf.cast(tf.equal(own, column), "float32"), after: tf.cast(tf.less(own, column), "float32") };
}
