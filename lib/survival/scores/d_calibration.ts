import { InputError } from "@ctsurv/base/mod.ts";
import { chiSquareTail } from "../_math.ts";
import { checkPredictions, survivalAt, type SurvivalPredictions } from "../follow_up/predictions.ts";

export interface DCalibration {
  /** Patients, in parts, whose survival at their death is in [0, 1 / bins), [1 / bins, 2 / bins), ... */
  readonly bins: readonly number[];
  /** Chi-square against the same number in each bin, with one degree of freedom less than bins; NaN for no patients. */
  readonly statistic: number;
  /** A small one says that the curves are not calibrated; NaN for no patients. */
  readonly p: number;
}

/**
 * D-calibration (Haider et al. 2020): were the curves right, S(t_i | x_i) at each death would be uniform. A censored
 * patient would have died at a survival below its c = S(t_i | x_i), so it gives 1 / (c bins) to each bin below c's and
 * the rest, (c - lower edge) / c, to c's own.
 *
 * S is read as `survivalAt` does; what float32 leaves above 1 or below 0, up to 1e-6, counts as 1 or 0. A patient
 * followed beyond the grid is one censored at its end; SurvivalEVAL goes on in a straight line there.
 *
 * @throws {InputError} If the predictions are not whole, survival is outside of 0 to 1, or there are not two or more
 *   bins.
 */
export function dCalibration(
  predictions: SurvivalPredictions,
  { bins = 10 }: { readonly bins?: number } = {},
): DCalibration {
  if (!(Number.isInteger(bins) && bins > 1)) throw new InputError(`D-calibration needs two or more bins, not ${bins}`);
  const { times, survival, months, event } = checkPredictions(predictions);
  const end = times[times.length - 1]!;
  const counts = new Array<number>(bins).fill(0);
  survival.forEach((curve, i) => {
    const read = survivalAt(times, curve, Math.min(months[i]!, end));
    if (!(read >= -1e-6 && read <= 1 + 1e-6)) {
      throw new InputError(`Patient ${i + 1} of ${survival.length}: survival ${read} is not from 0 to 1`);
    }
    const s = Math.min(Math.max(read, 0), 1);
    const own = Math.min(Math.floor(s * bins), bins - 1);
    if ((event[i] === 1 && months[i]! <= end) || s === 0) {
      counts[own]!++;
      return;
    }
    counts[own]! += (s - own / bins) / s;
    for (let k = 0; k < own; k++) counts[k]! += 1 / (bins * s);
  });
  const expected = survival.length / bins;
  const statistic = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return { bins: counts, statistic, p: chiSquareTail(statistic, bins - 1) };
}
