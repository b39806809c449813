/** The pole of the cubic B-spline filter. */
const POLE = Math.sqrt(3) - 2;
/** Beyond this many samples the pole's power is below the last bit of a float64. */
const HORIZON = 32;

/**
 * Turns samples into the coefficients of the cubic B-spline that passes through them, in place, with mirrored ends
 * (Unser 1999, box 2; SciPy's `spline_filter1d(order=3, mode="mirror")`). Works on many lines at once: sample `k` of line
 * `i` is `lines[k * lineCount + i]`, so that the inner loops run along memory.
 */
export function bsplineCoefficients(lines: Float64Array, length: number, lineCount: number): void {
  if (length < 2) return;
  const at = (k: number) => k * lineCount;
  const gain = (1 - POLE) * (1 - 1 / POLE);
  for (let i = 0; i < length * lineCount; i++) lines[i]! *= gain;

  // The mirrored signal to the left of sample 0, summed until the pole's power has died away.
  const period = 2 * (length - 1);
  const terms = Math.min(period, HORIZON);
  const norm = terms === period ? 1 / (1 - POLE ** period) : 1;
  for (let i = 0; i < lineCount; i++) {
    let sum = 0;
    for (let k = terms - 1; k >= 0; k--) sum = lines[at(k < length ? k : period - k) + i]! + POLE * sum;
    lines[i] = norm * sum;
  }
  for (let k = 1; k < length; k++) {
    const [here, before] = [at(k), at(k - 1)];
    for (let i = 0; i < lineCount; i++) lines[here + i]! += POLE * lines[before + i]!;
  }

  const [last, secondLast] = [at(length - 1), at(length - 2)];
  const end = POLE / (POLE * POLE - 1);
  for (let i = 0; i < lineCount; i++) lines[last + i] = end * (POLE * lines[secondLast + i]! + lines[last + i]!);
  for (let k = length - 2; k >= 0; k--) {
    const [here, after] = [at(k), at(k + 1)];
    for (let i = 0; i < lineCount; i++) lines[here + i] = POLE * (lines[after + i]! - lines[here + i]!);
  }
}
