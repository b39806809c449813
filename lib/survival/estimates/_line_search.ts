const MOST_HALVINGS = 40;

/**
 * The step of Newton's method, halved until the penalised likelihood does not fall: far from the maximum a whole step can
 * overshoot.
 *
 * @param attempt Takes a share of the step, from 1, and gives what it leads to.
 * @param valueOf The penalised likelihood there.
 * @param before The penalised likelihood without a step.
 * @returns The share, and what it leads to; the last one tried if none is good enough.
 */
export function halveStep<T>(
  attempt: (share: number) => T,
  valueOf: (tried: T) => number,
  before: number,
): { readonly share: number; readonly tried: T } {
  let share = 1;
  let tried = attempt(share);
  for (let half = 0; half < MOST_HALVINGS; half++) {
    if (valueOf(tried) >= before - 1e-12 * Math.abs(before)) break;
    share /= 2;
    tried = attempt(share);
  }
  return { share, tried };
}
