import { tf } from "./tf.ts";
import { leaves, mapTree, type Tree } from "./tree.ts";
import { isTensor } from "./values.ts";

/** A loss and its derivative by every parameter. */
export interface ValueAndGradients<P> {
  /** The loss, []. */
  readonly value: tf.Scalar;
  /** The derivatives, in the tree and with the shapes of the parameters. */
  readonly gradients: P;
}

/**
 * A scalar function of a tree of parameters and its gradient, as in `jax.value_and_grad`. It also works within a compiled
 * function.
 *
 * @example
 * ```ts
 * import { tf, valueAndGradients } from "@ctsurv/ctsurv/engine";
 * import { assertEquals } from "@std/assert";
 *
 * const parameters = { weight: tf.tensor1d([3, -1]) };
 * const { value, gradients } = valueAndGradients(({ weight }) => tf.sum(tf.square(weight)), parameters);
 * assertEquals(value.arraySync(), 10);
 * assertEquals(gradients.weight.arraySync(), [6, -2]);
 * ```
 *
 * @param loss Gives a scalar, [].
 * @throws {Error} If the loss does not depend on one of the parameters.
 */
export function valueAndGradients<P>(loss: (parameters: P) => tf.Tensor, parameters: P): ValueAndGradients<P> {
  const tree = parameters as unknown as Tree<tf.Tensor>;
  const rebuild = (list: readonly tf.Tensor[]) => {
    let next = 0;
    return mapTree(tree, isTensor, () => list[next++]!) as unknown as P;
  };
  const { value, grads } = tf.valueAndGrads((...list: tf.Tensor[]) => loss(rebuild(list)))(
    leaves(tree, isTensor).map((leaf) => leaf.value),
  );
  return { value: value as tf.Scalar, gradients: rebuild(grads) };
}
