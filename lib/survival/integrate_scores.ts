/**
 * The mean of scores over time by the trapezoid rule, as in scikit-survival. (pycox has Simpson's rule, by a function
 * that SciPy removed in 1.14.) Null where a score is, or for fewer than two times.
 */
export function integrateScores(times: readonly number[], scores: readonly (number | null)[]): number | null {
  if (times.length < 2) return null;
  let sum = 0;
  for (let k = 1; k < times.length; k++) {
    const [before, now] = [scores[k - 1]!, scores[k]!];
    if (before === null || now === null) return null;
    sum += (times[k]! - times[k - 1]!) * (before + now) / 2;
  }
  return sum / (times.at(-1)! - times[0]!);
}
