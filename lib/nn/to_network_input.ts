import { tf } from "@ctsurv/engine/mod.ts";
import type { BackboneArchitecture } from "./backbone.ts";

/**
 * Preprocessed slices as a network takes them: three equal channels, with the mean and standard deviation it was
 * trained on. [batch, rows, columns] in [0, 1] -> [batch, rows, columns, 3].
 */
export function toNetworkInput(
  slices: tf.Tensor,
  { mean, std }: Pick<BackboneArchitecture, "mean" | "std">,
): tf.Tensor {
  return tf.div(tf.sub(tf.expandDims(slices, -1), tf.tensor1d([...mean])), tf.tensor1d([...std]));
}
