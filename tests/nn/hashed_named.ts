import { type HostTensor, isSpec, type MapTree, mapTree, type TensorSpec, type Tree } from "@ctsurv/engine/mod.ts";
import { hashedTensor } from "./head/hashed_head.ts";

/** The parameters of tests/oracles/nn_aggregations.py: by name, scales around 1 and biases around 0. */
export function hashedNamed<S>(spec: S): MapTree<S, TensorSpec, HostTensor> {
  return mapTree(spec as unknown as Tree<TensorSpec>, isSpec, ({ shape }, path) => {
    if (shape.length > 1) return hashedTensor(path, shape, Math.sqrt(3 / shape.at(-1)!));
    const { data, ...tensor } = hashedTensor(path, shape, 0.2);
    return { ...tensor, data: data.map((x) => path.endsWith("bias") ? x : x + 1) };
  }) as unknown as MapTree<S, TensorSpec, HostTensor>;
}
