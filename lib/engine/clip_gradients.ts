import { tf } from "./tf.ts";
import { leaves, mapTree, type Tree } from "./tree.ts";
import { isTensor } from "./values.ts";

/** PyTorch's: keeps the division finite where all gradients are 0. */
export const GRADIENT_NORM_EPSILON = 1e-6;

/**
 * Scales gradients down so that all of them together have at most a certain Euclidean norm (Pascanu et al. 2013). Their
 * direction stays. It is PyTorch's `clip_grad_norm_`, as a pure function that can be traced.
 *
 * @example
 * ```ts
 * import { clipGradients, tf } from "@ctsurv/ctsurv/engine";
 * import { assertEquals } from "@std/assert";
 *
 * const gradients = { weight: tf.tensor1d([3, 0]), bias: tf.scalar(4) }; // of norm 5
 * const { weight, bias } = clipGradients(gradients, 1);
 * assertEquals([...weight.dataSync(), ...bias.dataSync()].map((g) => g.toFixed(3)), ["0.600", "0.000", "0.800"]);
 * assertEquals(clipGradients(gradients, 10).bias.arraySync(), 4);
 * ```
 *
 * @param gradients A tree of tensors, see `valueAndGradients`.
 * @param norm The largest norm, above 0.
 */
export function clipGradients<P>(gradients: P, norm: number): P {
  const tree = gradients as unknown as Tree<tf.Tensor>;
  const squares = leaves(tree, isTensor).map(({ value }) => tf.sum(tf.square(value)));
  const total = tf.sqrt(tf.addN(squares));
  const scale = tf.minimum(tf.div(norm, tf.add(total, GRADIENT_NORM_EPSILON)), 1);
  return mapTree(tree, isTensor, (gradient) => tf.mul(gradient, scale)) as unknown as P;
}
