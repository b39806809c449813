/** Things that are made once for each size; see {@linkcode memoise}. */
export interface Memoised<Size, T> {
  /** The thing for a size, made on the first call. */
  get(size: Size): T;
  /** Everything made so far, in the order in which it was made; useful for freeing it. */
  values(): MapIterator<T>;
}

/**
 * Makes a thing once for each size or shape, such as a compiled function for each number of slices.
 *
 * @example
 * ```ts
 * import { memoise } from "@ctsurv/ctsurv/base";
 * import { assertEquals } from "@std/assert";
 *
 * let made = 0;
 * const buffers = memoise((shape: readonly number[]) => {
 *   made++;
 *   return new Float32Array(shape[0]! * shape[1]!);
 * });
 * assertEquals(buffers.get([2, 3]) === buffers.get([2, 3]), true);
 * assertEquals(made, 1);
 * ```
 */
export function memoise<Size extends number | readonly number[], T>(make: (size: Size) => T): Memoised<Size, T> {
  const made = new Map<string, T>();
  return {
    get(size: Size): T {
      const known = made.get(String(size)) ?? make(size);
      made.set(String(size), known);
      return known;
    },
    values: () => made.values(),
  };
}
