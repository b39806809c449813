import { InputError } from "@ctsurv/base/mod.ts";
import type { FoldOfPatients, SurvivalPredictions } from "../follow_up/predictions.ts";
import { type PairCounter, pairCounter } from "./_count_pairs.ts";
import type { CtdOptions } from "./concordance.ts";

/** The members of each fold, as places in the list of patients. */
export function membersOf(folds: FoldOfPatients): number[][] {
  return [...Map.groupBy(folds.keys(), (i) => folds[i]!).values()];
}

/** Some patients of all. */
export function takePatients({ times, survival, months, event }: SurvivalPredictions, members: readonly number[]) {
  return {
    times,
    survival: members.map((i) => survival[i]!),
    months: members.map((i) => months[i]!),
    event: members.map((i) => event[i]!),
  };
}

/**
 * A `pairCounter` of the pairs of patients of the same fold. It takes the weights of all patients.
 *
 * @throws {InputError} If there is not one fold for each patient.
 */
export function pairCounterWithinFolds(
  predictions: SurvivalPredictions,
  folds: FoldOfPatients,
  options: CtdOptions = {},
): PairCounter {
  checkFolds(predictions, folds);
  const counters = membersOf(folds).map((members) => ({
    members,
    count: pairCounter(takePatients(predictions, members), options),
  }));
  return ({ patient, anchor } = {}) => {
    let concordant = 0, comparable = 0;
    for (const { members, count } of counters) {
      const counts = count({
        ...patient && { patient: members.map((i) => patient[i]!) },
        ...anchor && { anchor: members.map((i) => anchor[i]!) },
      });
      concordant += counts.concordant;
      comparable += counts.comparable;
    }
    return { concordant, comparable };
  };
}

/** @throws {InputError} If there is not one fold for each patient. */
export function checkFolds({ survival }: Pick<SurvivalPredictions, "survival">, folds: FoldOfPatients): void {
  if (folds.length === survival.length) return;
  throw new InputError(`Each patient needs a fold; there are ${survival.length} patients and ${folds.length} folds`);
}
