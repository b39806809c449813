/** The smallest and the largest value of each covariate among some patients. */
export interface CovariateRange {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

export function rangeOf(rows: readonly ArrayLike<number>[]): CovariateRange {
  const [low, high] = [Float64Array.from(rows[0]!), Float64Array.from(rows[0]!)];
  for (const row of rows) {
    for (let k = 0; k < low.length; k++) {
      low[k] = Math.min(low[k]!, row[k]!);
      high[k] = Math.max(high[k]!, row[k]!);
    }
  }
  return { low, high };
}

/**
 * A row whose numbers lie within the range. Some features are the same in nearly all patients and a thousand standard
 * deviations off in the one who was left out; a straight line through the others says nothing about that patient.
 */
export function within({ low, high }: CovariateRange, row: ArrayLike<number>): Float64Array {
  return low.map((least, k) => Math.min(Math.max(row[k]!, least), high[k]!));
}
