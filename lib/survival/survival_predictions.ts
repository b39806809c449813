import { InputError } from "@ctsurv/common/mod.ts";
import { checkOutcomes, type Outcomes } from "./outcomes.ts";

/** Predicted survival curves beside what happened, one entry of `survival`, `months` and `event` per patient. */
export interface SurvivalPredictions extends Outcomes {
  /** The grid on which survival was predicted: months, increasing. */
  readonly times: ArrayLike<number>;
  /** [patients, times]: probability of being alive at each time. */
  readonly survival: readonly ArrayLike<number>[];
}

/**
 * Returns its argument if it is whole.
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
