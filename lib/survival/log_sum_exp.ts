import * as tf from "@tensorflow/tfjs";

/**
 * log(sum(exp(x))) over the columns, [rows, columns] -> [rows].
 *
 * tf.logSumExp differentiates through its maximum as well, which adds rounding noise that should have cancelled; here
 * the gradient is the softmax.
 */
export function logSumExp(x: tf.Tensor): tf.Tensor {
  const apply = tf.customGrad((...inputs) => {
    const [x, save] = inputs as [tf.Tensor, (tensors: tf.Tensor[]) => void];
    save([x]);
    const highest = tf.max(x, 1, true);
    const value = tf.add(tf.squeeze(highest, [1]), tf.log(tf.sum(tf.exp(tf.sub(x, highest)), 1)));
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(tf.expandDims(dy, 1), tf.softmax(saved[0]!));
    return { value, gradFunc };
  });
  return apply(x) as tf.Tensor;
}
