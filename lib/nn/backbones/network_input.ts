import { tf } from "@ctsurv/engine/mod.ts";
import type { BackboneArchitecture } from "./backbone.ts";

/** Means and standard deviations of red, green and blue in ImageNet; intensities are in [0, 1] (torchvision). */
export const imageNet = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
} as const;

/**
 * The input of a network from preprocessed slices: three equal channels, each less the network's mean and divided by its
 * standard deviation. [batch, rows, columns] in [0, 1] -> [batch, rows, columns, 3]; more axes in front are kept.
 *
 * @example A slice of one pixel
 * ```ts
 * import { tf } from "@ctsurv/ctsurv/engine";
 * import { toNetworkInput } from "@ctsurv/ctsurv/nn";
 * import { assertEquals } from "@std/assert";
 *
 * const normalisation = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.5, 1] } as const;
 * const input = toNetworkInput(tf.tensor3d([[[1]]]), normalisation);
 * assertEquals(input.arraySync(), [[[[2, 1, 0.5]]]]);
 * ```
 */
export function toNetworkInput(
  slices: tf.Tensor,
  { mean, std }: Pick<BackboneArchitecture, "mean" | "std">,
): tf.Tensor {
  return tf.div(tf.sub(tf.expandDims(slices, -1), tf.tensor1d([...mean])), tf.tensor1d([...std]));
}
