import { InputError } from "@ctsurv/common/mod.ts";
import { studentTail } from "./student_tail.ts";
import { summariseScores } from "./summarise_scores.ts";

export interface CorrectedTTest {
  /** Mean of the differences. */
  readonly difference: number;
  readonly standardError: number;
  /** NaN where all differences are 0. */
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  /** Two-sided; NaN where the statistic is. */
  readonly p: number;
}

/**
 * The corrected resampled t-test (Nadeau & Bengio 2003) of two models' differences over the folds of a
 * cross-validation, or of several (Bouckaert & Frank 2004: one difference per fold of every repetition): t = mean /
 * sqrt((1 / J + n_test / n_train) var) with J - 1 degrees of freedom. The folds' training sets overlap, which the plain
 * paired t-test ignores and so finds differences that are not there.
 *
 * @param testToTrain Patients tested per patient trained on, such as 1 / 9 for ten folds.
 * @throws {InputError} For fewer than two differences, one that is not finite, or a ratio that is not above 0.
 */
export function correctedTTest(differences: readonly number[], testToTrain: number): CorrectedTTest {
  if (!(testToTrain > 0 && testToTrain < Infinity)) {
    throw new InputError(`Patients tested per patient trained on are above 0, not ${testToTrain}`);
  }
  if (differences.length < 2) throw new InputError(`A t-test needs two or more differences, not ${differences.length}`);
  const { mean, sampleDeviation } = summariseScores(differences);
  const standardError = sampleDeviation! * Math.sqrt(1 / differences.length + testToTrain);
  const statistic = mean / standardError, degreesOfFreedom = differences.length - 1;
  return { difference: mean, standardError, statistic, degreesOfFreedom, p: studentTail(statistic, degreesOfFreedom) };
}
