import { leaves, type Tree } from "./tree.ts";
import { type HostTensor, isSpec, type TensorSpec, type Value } from "./values.ts";
import { sameShape } from "./trace/graph.ts";

/**
 * The inputs of a run in the order of the signature.
 *
 * @throws {TypeError} If an input is missing, or its shape or type is not the signature's.
 */
export function orderInputs(signature: Tree<TensorSpec>, inputs: Tree<TensorSpec>): (HostTensor | Value)[] {
  const given = new Map(leaves(inputs, isSpec).map(({ path, value }) => [path, value]));
  return leaves(signature, isSpec).map(({ path, value: spec }) => {
    const value = given.get(path);
    if (!value) throw new TypeError(`Missing input "${path}" [${spec.shape}]`);
    if (!sameShape(value.shape, spec.shape) || value.dtype !== spec.dtype) {
      throw new TypeError(
        `Input "${path}" is ${value.dtype} [${value.shape}], but the function was compiled for ` +
          `${spec.dtype} [${spec.shape}]`,
      );
    }
    return value as HostTensor | Value;
  });
}
