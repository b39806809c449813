import * as tf from "@tensorflow/tfjs";

/**
 * log(sum(exp(x))) over the columns, [rows, columns] -> [rows].
 *
 * tf.logSumExp differentiates through its maximum as well, which leaves rounding noise that should cancel. Here the
 * gradient is the softmax.
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

/**
 * log(1 + exp(x)), exact to float32 for every x. The gradient is the sigmoid, also at 0, where those of the parts have
 * none.
 */
export function softplus(x: tf.Tensor): tf.Tensor {
  const apply = tf.customGrad((...inputs) => {
    const [x, save] = inputs as [tf.Tensor, (tensors: tf.Tensor[]) => void];
    save([x]);
    const value = softplusValue(x);
    return { value, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(dy, tf.sigmoid(saved[0]!)) };
  });
  return apply(x);
}

/**
 * max(x, 0) + log(1 + exp(-|x|)). The logarithm keeps the digits of a small exp(-|x|): with u = 1 + e rounded, the rounding
 * cancels in log(u) e / (u - 1) (Higham 2002, section 1.14.1). tfjs's own log1p loses them on WebAssembly.
 */
function softplusValue(x: tf.Tensor): tf.Tensor {
  const e = tf.exp(tf.neg(tf.abs(x)));
  const u = tf.add(e, 1);
  const kept = tf.sub(u, 1);
  const isLost = tf.equal(kept, 0);
  const corrected = tf.mul(tf.log(u), tf.div(e, tf.add(kept, tf.cast(isLost, "float32"))));
  return tf.add(tf.relu(x), tf.where(isLost, e, corrected));
}

/** Below it log(softplus(x)) is x, to float32. */
const LOWEST = -20;

/** log(log(1 + exp(x))), which is about x where x is far below 0, so that neither it nor its gradient vanishes there. */
export function logSoftplus(x: tf.Tensor): tf.Tensor {
  const apply = tf.customGrad((...inputs) => {
    const [x, save] = inputs as [tf.Tensor, (tensors: tf.Tensor[]) => void];
    const within = tf.maximum(x, LOWEST);
    const hazard = softplusValue(within);
    save([within, hazard]);
    const value = tf.add(tf.log(hazard), tf.minimum(tf.sub(x, LOWEST), 0));
    // Not tf.sigmoid: ONNX Runtime's has few digits near 0.
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      tf.div(dy, tf.mul(tf.add(tf.exp(tf.neg(saved[0]!)), 1), saved[1]!));
    return { value, gradFunc };
  });
  return apply(x);
}
