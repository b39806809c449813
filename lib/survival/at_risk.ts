import { checkOutcomes, type Outcomes } from "./outcomes.ts";

/**
 * How many patients are still observed at each time: those with months of at least it, as lifelines' and R's tables
 * under a Kaplan-Meier plot count them.
 *
 * @throws {InputError} If the outcomes are not whole.
 */
export function atRisk(outcomes: Outcomes, times: ArrayLike<number>): number[] {
  const months = Array.from(checkOutcomes(outcomes).months);
  return Array.from(times, (time) => months.reduce((count, t) => count + Number(t >= time), 0));
}
