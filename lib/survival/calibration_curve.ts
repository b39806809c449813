import { InputError } from "@ctsurv/common/mod.ts";
import { kaplanMeier } from "./kaplan_meier.ts";
import { stepAt } from "./step_at.ts";
import { survivalOfAll } from "./survival_at.ts";
import { checkPredictions, type SurvivalPredictions } from "./survival_predictions.ts";

/** Patients of similar predicted survival. */
export interface CalibrationGroup {
  readonly patients: number;
  /** Mean of the predicted survival. */
  readonly predicted: number;
  /** Kaplan-Meier, with its log-log 95% interval; null where the last of the group was censored before. */
  readonly observed: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

export interface CalibrationCurve {
  /** Months. */
  readonly time: number;
  /** From the lowest predicted survival. */
  readonly groups: readonly CalibrationGroup[];
  /** Mean over patients of |predicted - observed| of their group; null where a group has no observed survival. */
  readonly groupedError: number | null;
}

/**
 * Predicted against observed survival at one time, in groups by quantiles of the prediction: the classic calibration
 * plot, without smoothing. Patients of one prediction are in one group, so that there may be fewer groups than asked
 * for.
 *
 * @param options.groups Default 10, deciles.
 * @throws {InputError} If the predictions are not whole, the time is outside of them, or groups is no whole number from
 *   1.
 */
export function calibrationCurve(
  predictions: SurvivalPredictions,
  time: number,
  { groups: wanted = 10 }: { readonly groups?: number } = {},
): CalibrationCurve {
  if (!(Number.isInteger(wanted) && wanted > 0)) {
    throw new InputError(`A calibration curve needs a whole number of groups, not ${wanted}`);
  }
  const { months, event } = checkPredictions(predictions);
  const survival = survivalOfAll(predictions, time);
  const patients = survival.length;
  const order = Uint32Array.from(survival, (_, i) => i).sort((a, b) => survival[a]! - survival[b]!);
  const members = new Map<number, number[]>();
  let below = 0;
  order.forEach((i, position) => {
    if (position > 0 && survival[i] !== survival[order[position - 1]!]) below = position;
    const group = Math.floor(wanted * below / patients);
    const others = members.get(group);
    if (others) others.push(i);
    else members.set(group, [i]);
  });
  const groups = [...members.values()].map((group): CalibrationGroup => {
    const curve = kaplanMeier({ months: group.map((i) => months[i]!), event: group.map((i) => event[i]!) });
    const isKnown = curve.times.at(-1)! >= time || curve.survival.at(-1) === 0;
    const read = (values: Float64Array) => {
      const value = stepAt(curve.times, values, time);
      return isKnown && !Number.isNaN(value) ? value : null;
    };
    return {
      patients: group.length,
      predicted: group.reduce((sum, i) => sum + survival[i]!, 0) / group.length,
      observed: read(curve.survival),
      low: read(curve.low),
      high: read(curve.high),
    };
  });
  let error: number | null = groups.length === 0 ? null : 0;
  for (const { patients: share, predicted, observed } of groups) {
    error = error === null || observed === null ? null : error + share / patients * Math.abs(predicted - observed);
  }
  return { time, groups, groupedError: error };
}
