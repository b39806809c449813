import { tf } from "@ctsurv/engine/mod.ts";
import type { BackboneArchitecture } from "./backbone.ts";

/** Mean and standard deviation of ImageNet's red, green and blue, of intensities in [0, 1] (torchvision). */
export const imageNet = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
} as const;

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
