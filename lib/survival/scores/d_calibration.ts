import { InputError } from "@ctsurv/base/mod.ts";
import { chiSquareTail } from "../_math.ts";
import { checkPredictions, survivalAt, type SurvivalPredictions } from "../follow_up/predictions.ts";

/** A test of D-calibration. */
export interface DCalibration {
  /** Patients, also in parts, whose survival at their death is in [0, 1 / bins), [1 / bins, 2 / bins), ... */
  readonly bins: readonly number[];
  /** Chi-square against equal counts in all bins, with bins - 1 degrees of freedom; NaN for no patients. */
  readonly statistic: number;
  /** p-value; a small one says that the curves are not calibrated. NaN for no patients. */
  readonly p: number;
}

/**
 * D-calibration (Haider et al. 2020). If the curves are right, the survival S(t_i | x_i) of the patients at their
 * deaths is uniform on [0, 1]:
 *
 *     chi^2 = sum over bins of (count - n / bins)^2 / (n / bins), with bins - 1 degrees of freedom
 *
 * A death counts 1 in the bin of its survival. A censored patient will die at a survival below c = S(t_i | x_i): it
 * counts 1 / (c bins) in each bin below that of c, and the rest, (c - lower edge) / c, in the bin of c.
 *
 * S is read as by `survivalAt`. Rounding in float32 above 1 or below 0, up to 1e-6, counts as 1 or 0. A patient who was
 * followed beyond the grid counts as censored at its end; SurvivalEVAL extrapolates with a straight line there.
 *
 * @example
 * ```ts
 * import { dCalibration } from "@ctsurv/ctsurv/survival";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * // A death at survival 0.3, and a patient who was censored at survival 0.8 and will die below it.
 * const predictions = { times: [12], survival: [[.3], [.8]], months: [12, 12], event: [1, 0] };
 * const { bins, p } = dCalibration(predictions, { bins: 2 });
 * assertAlmostEquals(bins[0]!, 1 + .5 / .8);
 * assertAlmostEquals(bins[1]!, .3 / .8);
 * assertAlmostEquals(p, .3768, 1e-4);
 * ```
 *
 * @throws {InputError} If the predictions are not complete, survival is outside of 0 to 1, or there are not two or more
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
