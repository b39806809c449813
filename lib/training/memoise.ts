/** Makes a thing for a size once, such as the session for so many slices. */
export function memoise<Key, T>(make: (size: Key) => T) {
  const made = new Map<Key, T>();
  return {
    get(size: Key): T {
      const known = made.get(size) ?? make(size);
      made.set(size, known);
      return known;
    },
    values: () => made.values(),
  };
}
