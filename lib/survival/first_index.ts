/** The first index of 0 to `length` - 1 from which on a monotone predicate holds; `length` if it never does. */
export function firstIndex(length: number, holds: (index: number) => boolean): number {
  let low = 0, high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
