import { leaves, type MapTree, mapTree, type Tree } from "./tree.ts";
import { type HostTensor, hostTensor, isSpec, type TensorSpec, type Value } from "./values.ts";

const isValue = isSpec as (node: unknown) => node is Value;

/** The numbers of a tree of values. */
export async function readValues<V>(values: V): Promise<MapTree<V, Value, HostTensor>> {
  const tree = values as unknown as Tree<Value>;
  const host = await Promise.all(
    leaves(tree, isValue).map(async ({ value }) => hostTensor(await value.read(), value.shape)),
  );
  let next = 0;
  return mapTree(tree, isValue, () => host[next++]!) as unknown as MapTree<V, Value, HostTensor>;
}

/** Frees a tree of values. */
export function disposeValues(values: unknown): void {
  for (const { value } of leaves(values as Tree<Value>, isValue)) value.dispose();
}

/** Zeros for a tree of specs. */
export function zerosOf<S>(spec: S): MapTree<S, TensorSpec, HostTensor> {
  return mapTree(
    spec as unknown as Tree<TensorSpec>,
    isSpec,
    ({ shape }) => hostTensor(new Float32Array(shape.reduce((product, dim) => product * dim, 1)), shape),
  ) as unknown as MapTree<S, TensorSpec, HostTensor>;
}
