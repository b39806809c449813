/** Sums over the beginning of an array that changes, each in O(log n) (Fenwick 1994). */
export interface FenwickTree {
  add(index: number, weight: number): void;
  /** Sum of the weights at indices below `stop`. */
  sumBelow(stop: number): number;
}

/** A tree over `size` weights, all 0. */
export function fenwickTree(size: number): FenwickTree {
  const sums = new Float64Array(size + 1);
  return {
    add(index, weight) {
      for (let k = index + 1; k <= size; k += k & -k) sums[k]! += weight;
    },
    sumBelow(stop) {
      let sum = 0;
      for (let k = stop; k > 0; k -= k & -k) sum += sums[k]!;
      return sum;
    },
  };
}
