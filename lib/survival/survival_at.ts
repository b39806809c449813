import { InputError } from "@ctsurv/common/mod.ts";
import { firstIndex } from "./first_index.ts";
import type { SurvivalPredictions } from "./survival_predictions.ts";

/**
 * One curve's survival at `t` months: linear between the times of the grid, that is, deaths spread evenly over an
 * interval, which is how pycox reads DeepHit's curves between months (`interpolate`); from 1 at time 0.
 *
 * @throws {InputError} If the curve ends before `t`, or `t` is no number of months from 0.
 */
export function survivalAt(times: ArrayLike<number>, curve: ArrayLike<number>, t: number): number {
  const last = times[times.length - 1]!;
  if (!(t >= 0 && t <= last)) {
    throw new InputError(`Survival was predicted from 0 to ${last} months, not at ${t}; choose a time in between`);
  }
  const k = firstIndex(times.length, (k) => times[k]! >= t);
  if (times[k] === t) return curve[k]!;
  const [before, from] = k === 0 ? [0, 1] : [times[k - 1]!, curve[k - 1]!];
  return from + (curve[k]! - from) * (t - before) / (times[k]! - before);
}

/** {@linkcode survivalAt} of every patient, [patients]. */
export function survivalOfAll({ times, survival }: SurvivalPredictions, t: number): Float64Array {
  return Float64Array.from(survival, (curve) => survivalAt(times, curve, t));
}
