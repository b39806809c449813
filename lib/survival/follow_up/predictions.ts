import { InputError } from "@ctsurv/base/mod.ts";

/**
 * The same predictions with a follow-up that ended at `horizon` months for everyone, by the rule of `censorAt`. The
 * predicted curves do not change.
 *
 * @example
 * ```ts
 * import { censorPredictions } from "@ctsurv/ctsurv/survival";
 * import { assertEquals } from "@std/assert";
 *
 * const predictions = { times: [24], survival: [[.2], [.9]], months: [10, 31], event: [1, 1] };
 * const { months, event } = censorPredictions(predictions, 24);
 * assertEquals([Array.from(months), Array.from(event)], [[10, 24], [1, 0]]);
 * ```
 */
export function censorPredictions(predictions: SurvivalPredictions, horizon: number): SurvivalPredictions {
  const { months, event } = predictions;
  return {
    ...predictions,
    months: Float64Array.from(months, (t) => Math.min(t, horizon)),
    event: Uint8Array.from(event, (died, i) => months[i]! > horizon ? 0 : died),
  };
}

/** The first index of 0 to `length` - 1 from which on a monotone predicate holds; `length` if it never does. */
export function firstIndex(length: number, holds: (index: number) => boolean): number {
  let low = 0, high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The follow-up of some patients, one entry for each. */
export interface Outcomes {
  /** [patients]: months of follow-up. */
  readonly months: ArrayLike<number>;
  /** [patients]: 1 for a death, 0 for a censored patient. */
  readonly event: ArrayLike<number>;
}

/**
 * Returns its argument if it is complete.
 *
 * @throws {InputError} If lengths disagree, a time is not finite or an event is neither 0 nor 1.
 */
export function checkOutcomes<T extends Outcomes>(outcomes: T): T {
  const { months, event } = outcomes;
  if (months.length !== event.length) {
    throw new InputError(
      `Each patient needs months and an event; there are ${months.length} months, ${event.length} events`,
    );
  }
  for (let i = 0; i < months.length; i++) {
    const where = () => `Patient ${i + 1} of ${months.length}`;
    if (!Number.isFinite(months[i])) throw new InputError(`${where()}: ${months[i]} is not a number of months`);
    if (event[i] !== 0 && event[i] !== 1) throw new InputError(`${where()}: the event is ${event[i]}, not 0 or 1`);
  }
  return outcomes;
}

/**
 * The value at `t` of a step function that jumps at increasing `times`: that of the last time at or before `t`, or with
 * `"before"` that of the last time strictly before `t` (the limit from the left). Before all of them it is `first`.
 */
export function stepAt(
  times: ArrayLike<number>,
  values: ArrayLike<number>,
  t: number,
  { first = 1, side = "at" }: { readonly first?: number; readonly side?: "at" | "before" } = {},
): number {
  const k = firstIndex(times.length, (k) => side === "at" ? times[k]! > t : times[k]! >= t);
  return k === 0 ? first : values[k - 1]!;
}

/**
 * The survival of one curve at `t` months. It is linear between the times of the grid and starts from 1 at time 0.
 * That spreads deaths evenly over an interval, as pycox does to read DeepHit's curves between months (`interpolate`).
 *
 * @example
 * ```ts
 * import { survivalAt } from "@ctsurv/ctsurv/survival";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(survivalAt([12, 24], [.8, .5], 18), .65);
 * assertAlmostEquals(survivalAt([12, 24], [.8, .5], 6), .9);
 * ```
 *
 * @param times The grid, increasing months.
 * @param curve Survival at each of the times.
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

/** [patients]: the name or number of the fold in which each patient was tested. */
export type FoldOfPatients = readonly (string | number)[];

/** {@linkcode survivalAt} of every patient, [patients]. */
export function survivalOfAll({ times, survival }: SurvivalPredictions, t: number): Float64Array {
  return Float64Array.from(survival, (curve) => survivalAt(times, curve, t));
}

/** Predicted survival curves and the follow-up: one entry of `survival`, `months` and `event` for each patient. */
export interface SurvivalPredictions extends Outcomes {
  /** The grid on which survival was predicted: months, increasing. */
  readonly times: ArrayLike<number>;
  /** [patients, times]: probability of being alive at each time. */
  readonly survival: readonly ArrayLike<number>[];
}

/**
 * Returns its argument if it is complete.
 *
 * @throws {InputError} If lengths disagree, the grid is empty or does not increase, a number is not finite or an event
 *   is neither 0 nor 1.
 */
export function checkPredictions<T extends SurvivalPredictions>(predictions: T): T {
  const { survival, months, event } = predictions;
  const times = Array.from(predictions.times);
  if (months.length !== survival.length || event.length !== survival.length) {
    throw new InputError(
      `Each patient needs a curve, months and an event; there are ${survival.length} curves, ${months.length} months, ` +
        `${event.length} events`,
    );
  }
  if (times.length === 0) throw new InputError("Survival was predicted at no time; at least one is needed");
  if (!times.every((t, k) => Number.isFinite(t) && (k === 0 || t > times[k - 1]!))) {
    throw new InputError(`The times of a survival curve must increase; got ${times.join(", ")}`);
  }
  survival.forEach((row, i) => {
    const where = () => `Patient ${i + 1} of ${survival.length}`;
    if (row.length !== times.length) {
      throw new InputError(`${where()}: ${row.length} survival probabilities for ${times.length} times`);
    }
    for (let k = 0; k < row.length; k++) {
      if (!Number.isFinite(row[k])) throw new InputError(`${where()}: a survival probability is not finite`);
    }
  });
  return checkOutcomes(predictions);
}
