import { InputError } from "@ctsurv/base/mod.ts";

/**
 * The survival curves that DeepHit's logits stand for: S(k) is the probability of outliving month
 * k, which is that of every bin from k on (bin k being the month (k, k + 1]), in float64.
 *
 * @param logits [patients, bins], row by row.
 * @returns One row per patient of `bins + 1` columns, S(0) = 1 to S(bins). With a tail, S(bins) is what is left of the
 *   probability; without, it is 0. Never increasing.
 * @throws {InputError} If the number of logits is no multiple of `bins`, or one is not finite.
 */
export function survivalFromLogits(
  logits: ArrayLike<number>,
  { bins = 24, tail = true }: { readonly bins?: number; readonly tail?: boolean } = {},
): Float64Array[] {
  if (logits.length % bins !== 0) {
    throw new InputError(`${logits.length} logits are not whole patients of ${bins} bins each`);
  }
  return Array.from({ length: logits.length / bins }, (_, patient) => {
    const row = Float64Array.from({ length: bins + 1 }, (_, k) => k < bins ? logits[patient * bins + k]! : 0);
    if (!row.every(Number.isFinite)) throw new InputError(`Patient ${patient + 1} has a logit that is not finite`);
    const columns = tail ? row : row.subarray(0, bins);
    const highest = Math.max(...columns);
    const survival = new Float64Array(bins + 1);
    // Summed from the far end: small probabilities of late survival keep their digits, and the curve cannot rise.
    let left = 0;
    for (let k = columns.length - 1; k >= 0; k--) {
      left += Math.exp(columns[k]! - highest);
      survival[k] = left;
    }
    return survival.map((value) => value / left);
  });
}
