import { float32, type TensorSpec, tf } from "@ctsurv/engine/mod.ts";
import { int32 } from "@ctsurv/engine/values.ts";

/** A function of a list of tensors, and the inputs it is traced with. */
export interface Model {
  readonly fn: (...inputs: tf.Tensor[]) => tf.Tensor;
  readonly signature: readonly TensorSpec[];
  /** Multiply-accumulates by hand: of the value, and of its gradient by all float inputs beyond those. */
  readonly macs: number;
  readonly gradientMacs: number;
}

function model<Inputs extends tf.Tensor[]>(
  fn: (...inputs: Inputs) => tf.Tensor,
  signature: readonly TensorSpec[],
  macs: number,
  gradientMacs: number,
): Model {
  return { fn: fn as unknown as Model["fn"], signature, macs, gradientMacs };
}

/** One layer of each kind whose products are counted. A gradient takes one product by the input, one by the weights. */
export const models: Readonly<Record<string, Model>> = {
  dense: model(
    (x: tf.Tensor2D, weight: tf.Tensor2D, bias) => tf.relu(tf.add(tf.matMul(x, weight), bias)),
    [float32(4, 7), float32(7, 5), float32(5)],
    4 * 7 * 5,
    2 * 4 * 7 * 5,
  ),
  batchedProduct: model(
    (a, b) => tf.softmax(tf.matMul(a, b, false, true)),
    [float32(2, 3, 4, 8), float32(2, 3, 5, 8)],
    2 * 3 * 4 * 5 * 8,
    2 * 2 * 3 * 4 * 5 * 8,
  ),
  pointwise: model(
    (x: tf.Tensor4D, filter: tf.Tensor4D) => tf.conv2d(x, filter, 1, "same"),
    [float32(2, 6, 5, 3), float32(1, 1, 3, 4)],
    2 * 6 * 5 * 3 * 4,
    2 * 2 * 6 * 5 * 3 * 4,
  ),
  convolution: model(
    (x: tf.Tensor4D, filter: tf.Tensor4D) => tf.conv2d(x, filter, 1, "same"),
    [float32(2, 6, 5, 3), float32(3, 3, 3, 4)],
    2 * 6 * 5 * 3 * 3 * 3 * 4,
    2 * 2 * 6 * 5 * 3 * 3 * 3 * 4,
  ),
  strided: model(
    (x: tf.Tensor4D, filter: tf.Tensor4D) => tf.conv2d(x, filter, 2, "same"),
    [float32(2, 6, 5, 3), float32(3, 3, 3, 4)],
    2 * 3 * 3 * 3 * 3 * 3 * 4,
    2 * 2 * 3 * 3 * 3 * 3 * 3 * 4,
  ),
  depthwise: model(
    (x: tf.Tensor4D, filter: tf.Tensor4D) => tf.depthwiseConv2d(x, filter, 1, "same"),
    [float32(2, 6, 5, 3), float32(3, 3, 3, 1)],
    2 * 6 * 5 * 3 * 3 * 3,
    2 * 2 * 6 * 5 * 3 * 3 * 3,
  ),
  multiplied: model(
    (x: tf.Tensor4D, filter: tf.Tensor4D) => tf.depthwiseConv2d(x, filter, 2, "same"),
    [float32(2, 6, 6, 3), float32(3, 3, 3, 2)],
    2 * 3 * 3 * 3 * 2 * 3 * 3,
    2 * 2 * 3 * 3 * 3 * 2 * 3 * 3,
  ),
  volumetric: model(
    (x: tf.Tensor5D, filter: tf.Tensor5D) => tf.conv3d(x, filter, 1, "same"),
    [float32(1, 4, 6, 5, 2), float32(3, 3, 3, 2, 4)],
    4 * 6 * 5 * 27 * 2 * 4,
    2 * 4 * 6 * 5 * 27 * 2 * 4,
  ),
  uncounted: model(
    (x: tf.Tensor4D, at) => {
      const pooled = tf.maxPool(tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]), 3, 2, "valid");
      const [first, second] = tf.split(tf.leakyRelu(tf.avgPool(pooled, 2, 1, "valid")), 2, 3) as [tf.Tensor, tf.Tensor];
      return tf.sum(tf.cumsum(tf.gather(tf.concat([second, tf.sigmoid(first)], 3), at, 1), 3), [1, 2]);
    },
    [float32(2, 8, 7, 4), int32(3)],
    0,
    0,
  ),
};

/** The value, and its gradients by all float inputs. */
export function withGradients({ fn, signature }: Model) {
  return (inputs: readonly tf.Tensor[]): tf.Tensor[] => {
    const moving = inputs.filter((_, i) => signature[i]!.dtype === "float32");
    const ofMoving = (...moved: tf.Tensor[]) => fn(...inputs.map((x) => moved[moving.indexOf(x)] ?? x));
    const { value, grads } = tf.valueAndGrads((...moved: tf.Tensor[]) => tf.sum(ofMoving(...moved)))(moving);
    return [value, ...grads];
  };
}
