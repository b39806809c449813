import { InputError } from "@ctsurv/base/mod.ts";
import { studentTail } from "../_math.ts";
import { type FoldScores, summariseScores } from "./summarise_scores.ts";

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
    throw new InputError(`The number of test patients per training patient must be above 0, not ${testToTrain}`);
  }
  if (differences.length < 2) throw new InputError(`A t-test needs two or more differences, not ${differences.length}`);
  const { mean, sampleDeviation } = summariseScores(differences);
  const standardError = sampleDeviation! * Math.sqrt(1 / differences.length + testToTrain);
  const statistic = mean / standardError, degreesOfFreedom = differences.length - 1;
  return { difference: mean, standardError, statistic, degreesOfFreedom, p: studentTail(statistic, degreesOfFreedom) };
}

/**
 * {@linkcode correctedTTest} of two models on the same folds, over those that have a Ctd; null where fewer than two
 * have. Folds of about one size are assumed: the patients tested per patient trained on are the mean over the folds.
 */
export function compareFolds(first: FoldScores, second: FoldScores): CorrectedTTest | null {
  const patients = first.folds.reduce((sum, { patients }) => sum + patients, 0);
  const ofSecond = new Map(second.folds.map(({ fold, value }) => [fold, value]));
  const pairs = first.folds.flatMap(({ fold, value, patients: tested }) => {
    const other = ofSecond.get(fold);
    if (value === null || other === null || other === undefined) return [];
    return [{ difference: value - other, ratio: tested / (patients - tested) }];
  });
  if (pairs.length < 2) return null;
  const ratio = pairs.reduce((sum, pair) => sum + pair.ratio, 0) / pairs.length;
  return correctedTTest(pairs.map(({ difference }) => difference), ratio);
}
