/** Clips HU to a window and maps it to [0, 1], in place: 0 at `low` and below, 1 at `high` and above. */
export function windowHu(values: Float32Array, [low, high]: readonly [low: number, high: number]): Float32Array {
  for (let i = 0; i < values.length; i++) {
    values[i] = Math.min(1, Math.max(0, (values[i]! - low) / (high - low)));
  }
  return values;
}
