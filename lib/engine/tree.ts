/** Values of one kind, nested in arrays and records: parameters, a batch, a training state. */
export type Tree<T> = T | readonly Tree<T>[] | { readonly [key: string]: Tree<T> };

/** `Source` with every leaf of type `From` replaced by `To`. */
export type MapTree<Source, From, To> = Source extends From ? To
  : { readonly [Key in keyof Source]: MapTree<Source[Key], From, To> };

/** One leaf and where it is. */
export interface Leaf<T> {
  /** The way to it: `["state", "layers", "0", "weight"]`. */
  readonly keys: readonly string[];
  /** The same for people and for state dicts: `state.layers.0.weight`. */
  readonly path: string;
  readonly value: T;
}

/** The leaves in a stable order: arrays by index, records in key order of insertion. */
export function leaves<T>(tree: Tree<T>, isLeaf: (node: unknown) => node is T): Leaf<T>[] {
  const found: Leaf<T>[] = [];
  const visit = (node: unknown, keys: readonly string[]) => {
    if (isLeaf(node)) found.push({ keys, path: keys.join("."), value: node });
    else for (const [key, child] of children(node, keys)) visit(child, [...keys, key]);
  };
  visit(tree, []);
  return found;
}

/** Replaces every leaf, keeping the shape of the tree. */
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
