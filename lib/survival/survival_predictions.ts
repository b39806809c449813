import { InputError } from "@ctsurv/common/mod.ts";

/** Predicted survival curves beside what happened, one entry of `survival`, `months` and `event` per patient. */
export interface SurvivalPredictions {
  /** The grid on which survival was predicted: months, increasing. */
  readonly times: ArrayLike<number>;
  /** [patients, times]: probability of being alive at each time. */
  readonly survival: readonly ArrayLike<number>[];
  /** Months of follow-up. */
  readonly months: ArrayLike<number>;
  /** 1 for a death, 0 for a censored patient. */
  readonly event: ArrayLike<number>;
}

/**
 * Returns its argument if it is whole.
 *
 * @throws {InputError} If lengths disagree, the grid is empty or does not increase, a number is not finite or an event
 *   is neither 0 nor 1.
 */
export function checkPredictions(predictions: SurvivalPredictions): SurvivalPredictions {
  const { survival } = predictions;
  const times = Array.from(predictions.times), months = Array.from(predictions.months);
  const event = Array.from(predictions.event);
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
    const where = `Patient ${i + 1} of ${survival.length}`;
    if (row.length !== times.length) {
      throw new InputError(`${where}: ${row.length} survival probabilities for ${times.length} times`);
    }
    if (!Array.from(row).every(Number.isFinite)) throw new InputError(`${where}: a survival probability is not finite`);
    if (!Number.isFinite(months[i])) throw new InputError(`${where}: ${months[i]} is not a number of months`);
    if (event[i] !== 0 && event[i] !== 1) throw new InputError(`${where}: the event is ${event[i]}, not 0 or 1`);
  });
  return predictions;
}
