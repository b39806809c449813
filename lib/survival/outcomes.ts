import { InputError } from "@ctsurv/common/mod.ts";

/** What happened to patients, one entry each. */
export interface Outcomes {
  /** Months of follow-up. */
  readonly months: ArrayLike<number>;
  /** 1 for a death, 0 for a censored patient. */
  readonly event: ArrayLike<number>;
}

/**
 * Returns its argument if it is whole.
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
