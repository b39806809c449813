import { tf } from "@ctsurv/engine/mod.ts";
import type { ConvOptions } from "./conv2d.ts";

/**
 * Maximum of square windows, with minus infinity around the image: [batch, rows, columns, channels] -> [batch, rows',
 * columns', channels].
 */
export function maxPool(x: tf.Tensor, window: number, { stride = window, padding = 0 }: ConvOptions = {}): tf.Tensor {
  return tf.maxPool(x as tf.Tensor4D, window, stride, padding);
}
