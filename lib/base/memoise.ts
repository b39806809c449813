/** Makes a thing for a size or a shape once, such as the session for so many slices. */
export function memoise<Size extends number | readonly number[], T>(make: (size: Size) => T) {
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
