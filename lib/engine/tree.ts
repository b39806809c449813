/** Values of one kind, nested in arrays and records: parameters, a batch, a training state. */
export type Tree<T> = T | readonly Tree<T>[] | { readonly [key: string]: Tree<T> };

/** `Source` with every leaf of type `From` replaced by `To`. */
export type MapTree<Source, From, To> = Source extends From ? To
  : { readonly [Key in keyof Source]: MapTree<Source[Key], From, To> };

/** One leaf and its path, such as `state.layers.0.weight`. */
export interface Leaf<T> {
  readonly path: string;
  readonly value: T;
}

/** The leaves in a stable order: arrays by index, records in key order of insertion. */
export function leaves<T>(tree: Tree<T>, isLeaf: (node: unknown) => node is T): Leaf<T>[] {
  const found: Leaf<T>[] = [];
  const visit = (node: unknown, path: string) => {
    if (isLeaf(node)) found.push({ path, value: node });
    else for (const [key, child] of children(node, path)) visit(child, path === "" ? key : `${path}.${key}`);
  };
  visit(tree, "");
  return found;
}

/** Replaces every leaf, keeping the shape of the tree. */
export function mapTree<T, U>(
  tree: Tree<T>,
  isLeaf: (node: unknown) => node is T,
  replace: (value: T, path: string) => U,
): Tree<U> {
  const visit = (node: unknown, path: string): Tree<U> => {
    if (isLeaf(node)) return replace(node, path);
    const mapped = children(node, path).map(([key, child]) =>
      [key, visit(child, path === "" ? key : `${path}.${key}`)] as const
    );
    return Array.isArray(node) ? mapped.map(([, child]) => child) : Object.fromEntries(mapped);
  };
  return visit(tree, "");
}

function children(node: unknown, path: string): [string, unknown][] {
  if (node === null || typeof node !== "object") {
    throw new TypeError(`Expected a tensor, an array or a record at "${path}", got ${String(node)}`);
  }
  return Object.entries(node);
}
