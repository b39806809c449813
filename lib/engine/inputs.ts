import { sameShape } from "./trace/graph.ts";
import { leaves, type Tree } from "./tree.ts";
import { type HostTensor, isSpec, type TensorSpec, type Value } from "./values.ts";

/**
 * Takes the inputs of a run apart, in the order of the signature.
 *
 * @throws {TypeError} If an input is missing, or its shape or type is not the signature's.
 */
export function inputReader(signature: Tree<TensorSpec>): (inputs: unknown) => (HostTensor | Value)[] {
  const places = leaves(signature, isSpec);
  return (inputs) =>
    places.map(({ keys, path, value: spec }) => {
      const value = keys.reduce<unknown>(child, inputs);
      if (!isSpec(value)) throw new TypeError(`Missing input "${path}" [${spec.shape}]`);
      if (!sameShape(value.shape, spec.shape) || value.dtype !== spec.dtype) {
        throw new TypeError(
          `Input "${path}" is ${value.dtype} [${value.shape}], but the function was compiled for ` +
            `${spec.dtype} [${spec.shape}]`,
        );
      }
      return value as HostTensor | Value;
    });
}

function child(node: unknown, key: string): unknown {
  return typeof node === "object" && node !== null ? (node as Record<string, unknown>)[key] : undefined;
}
