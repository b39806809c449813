import { tf } from "@ctsurv/engine/mod.ts";

/**
 * PyTorch's AdaptiveAvgPool2d: output i is the mean of inputs floor(i in / out) to ceil((i + 1) in / out), so that small
 * maps are repeated. [batch, rows, columns, channels] -> [batch, size, size, channels].
 */
export function adaptiveAveragePool(x: tf.Tensor, size: number): tf.Tensor {
  const [batch, rows, columns, channels] = x.shape as [number, number, number, number];
  if (rows === size && columns === size) return x;
  const tall = tf.matMul(shares(rows, size), tf.reshape(x, [batch, rows, columns * channels]));
  const wide = tf.matMul(shares(columns, size), tf.reshape(tall, [batch * size, columns, channels]));
  return tf.reshape(wide, [batch, size, size, channels]);
}

/** Row i holds the share of every input in output i: [1, out, in]. */
function shares(inputs: number, outputs: number): tf.Tensor3D {
  const rows = Array.from({ length: outputs }, (_, i) => {
    const [from, to] = [Math.floor(i * inputs / outputs), Math.ceil((i + 1) * inputs / outputs)];
    return Array.from({ length: inputs }, (_, j) => j >= from && j < to ? 1 / (to - from) : 0);
  });
  return tf.tensor3d([rows], [1, outputs, inputs]);
}
