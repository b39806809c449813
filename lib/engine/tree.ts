/** Values of one type, nested in arrays and records: parameters, a batch, a training state. */
export type Tree<T> = T | readonly Tree<T>[] | { readonly [key: string]: Tree<T> };

/** `Source` with every leaf of type `From` replaced by `To`. */
export type MapTree<Source, From, To> = Source extends From ? To
  : { readonly [Key in keyof Source]: MapTree<Source[Key], From, To> };

/** One leaf of a tree, and where it is. */
export interface Leaf<T> {
  /** The keys from the root to the leaf: `["state", "layers", "0", "weight"]`. */
  readonly keys: readonly string[];
  /** The keys joined by dots, as PyTorch names parameters: `state.layers.0.weight`. */
  readonly path: string;
  /** The leaf itself. */
  readonly value: T;
}

/**
 * The leaves of a tree in a stable order: arrays by index, records in the order in which JavaScript lists their keys
 * (whole numbers first, the others as they were inserted).
 *
 * @example The names of a layer's parameters
 * ```ts
 * import { float32, isSpec, leaves } from "@ctsurv/ctsurv/engine";
 * import { assertEquals } from "@std/assert";
 *
 * const spec = { layers: [{ weight: float32(256, 1280), bias: float32(256) }] };
 * assertEquals(leaves(spec, isSpec).map(({ path }) => path), ["layers.0.weight", "layers.0.bias"]);
 * ```
 *
 * @param isLeaf Where the tree ends: `isSpec` for specs, numbers and values, `isTensor` for tensors.
 * @throws {TypeError} If something in the tree is neither a leaf, an array nor a record.
 */
export function leaves<T>(tree: Tree<T>, isLeaf: (node: unknown) => node is T): Leaf<T>[] {
  const found: Leaf<T>[] = [];
  const visit = (node: unknown, keys: readonly string[]) => {
    if (isLeaf(node)) found.push({ keys, path: keys.join("."), value: node });
    else for (const [key, child] of children(node, keys)) visit(child, [...keys, key]);
  };
  visit(tree, []);
  return found;
}

/**
 * Replaces every leaf and keeps the shape of the tree.
 *
 * @example
 * ```ts
 * import { mapTree } from "@ctsurv/ctsurv/engine";
 * import { assertEquals } from "@std/assert";
 *
 * const isNumber = (node: unknown) => typeof node === "number";
 * const months = { train: [12, 30], test: [6] };
 * assertEquals(mapTree(months, isNumber, (month, path) => `${path}: ${month / 12} years`), {
 *   train: ["train.0: 1 years", "train.1: 2.5 years"],
 *   test: ["test.0: 0.5 years"],
 * });
 * ```
 *
 * @param replace Called with each leaf and its path, such as `layers.0.weight`.
 * @throws {TypeError} If something in the tree is neither a leaf, an array nor a record.
 */
export function mapTree<T, U>(
  tree: Tree<T>,
  isLeaf: (node: unknown) => node is T,
  replace: (value: T, path: string) => U,
): Tree<U> {
  const visit = (node: unknown, keys: readonly string[]): Tree<U> => {
    if (isLeaf(node)) return replace(node, keys.join("."));
    const mapped = children(node, keys).map(([key, child]) => [key, visit(child, [...keys, key])] as const);
    return Array.isArray(node) ? mapped.map(([, child]) => child) : Object.fromEntries(mapped);
  };
  return visit(tree, []);
}

function children(node: unknown, keys: readonly string[]): [string, unknown][] {
  if (node === null || typeof node !== "object") {
    throw new TypeError(`Expected a tensor, an array or a record at "${keys.join(".")}", got ${String(node)}`);
  }
  return Object.entries(node);
}
