import { tf } from "@ctsurv/engine/mod.ts";

/** The mean over all positions: [batch, ..., channels] -> [batch, channels]. */
export function globalMean(maps: tf.Tensor): tf.Tensor {
  return tf.mean(maps, maps.shape.slice(1, -1).map((_, i) => i + 1));
}
