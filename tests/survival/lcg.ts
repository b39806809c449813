/**
 * Whole numbers below `n` from Numerical Recipes' linear congruential generator, as in tests/oracles/random_cohort.py.
 */
export function lcg(seed: number): (n: number) => number {
  let state = Math.imul(seed, 2654435761) >>> 0;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 16) % n;
  };
}
