import {
  checkFolds,
  type FoldOfPatients,
  membersOf,
  type SurvivalPredictions,
  takePatients,
} from "../follow_up/predictions.ts";
import { type PairCounter, pairCounter } from "./_count_pairs.ts";
import { listedPairCounter } from "./_list_pairs.ts";
import type { CtdOptions } from "./concordance.ts";

/** Folds of more patients than this are counted by sorting: a list of their pairs would be long. */
const MOST_LISTED = 200;

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
  const groups = membersOf(folds);
  const small = groups.filter((members) => members.length <= MOST_LISTED);
  const countSmall = listedPairCounter(predictions, small, options);
  const large = groups.filter((members) => members.length > MOST_LISTED).map((members) => ({
    members,
    count: pairCounter(takePatients(predictions, members), options),
  }));
  return ({ patient, anchor } = {}) => {
    let { concordant, comparable } = countSmall({ patient, anchor });
    for (const { members, count } of large) {
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
