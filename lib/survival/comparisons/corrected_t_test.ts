import { InputError } from "@ctsurv/base/mod.ts";
import { studentTail } from "../_math.ts";
import { type FoldScores, summariseScores } from "./summarise_scores.ts";

/** The result of a corrected resampled t-test. */
export interface CorrectedTTest {
  /** Mean of the differences, first model less second. */
  readonly difference: number;
  /** Of the mean, with the correction: sqrt((1 / J + n_test / n_train) var). */
  readonly standardError: number;
  /** The mean divided by its standard error; NaN where all differences are 0. */
  readonly statistic: number;
  /** J - 1, one less than the differences. */
  readonly degreesOfFreedom: number;
  /** Two-sided p-value; NaN where the statistic is. */
  readonly p: number;
}

/**
 * The corrected resampled t-test (Nadeau & Bengio 2003) of the differences between two models over J folds:
 *
 *     t = mean / sqrt((1 / J + n_test / n_train) var), with J - 1 degrees of freedom
 *
 * The training sets of the folds overlap. The plain paired t-test ignores this and finds differences that are not
 * there. Folds of a repeated cross-validation count too, one difference per fold of every repetition (Bouckaert &
 * Frank 2004).
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
 * The corrected resampled t-test (Nadeau & Bengio 2003) of two models on the same J folds:
 *
 *     t = mean / sqrt((1 / J + n_test / n_train) var), with J - 1 degrees of freedom
 *
 * where mean and var are those of the differences in Ctd. It uses the folds in which both models have a Ctd; null where
 * there are fewer than two. It assumes folds of about one size: n_test / n_train is the mean over the folds.
 *
 * @example
 * ```ts
 * import { compareFolds } from "@ctsurv/ctsurv/survival";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * // The Ctd of two models on the same five folds of ten patients each.
 * const scores = (values: number[]) => ({
 *   folds: values.map((value, i) => ({ fold: `${i + 1}`, patients: 10, value })),
 *   summary: null,
 * });
 * const { difference, p } = compareFolds(scores([.62, .58, .66, .60, .64]), scores([.55, .56, .60, .58, .57]))!;
 * assertAlmostEquals(difference, 0.048, 1e-12);
 * assertAlmostEquals(p, 0.0506, 1e-4); // The plain paired t-test would say 0.014.
 * ```
 *
 * @throws {InputError} If a Ctd is not finite.
 */
export function compareFolds(first: FoldScores, second: FoldScores): CorrectedTTest | null {
  return compareRepeats([[first, second]]);
}

/**
 * The same over the folds of several repetitions of a cross-validation, each with folds of its own: one difference per
 * fold of every repetition (Bouckaert & Frank 2004). Null where fewer than two folds have a Ctd of both models.
 *
 * @param repetitions For each, the folds of the first model and of the second.
 * @throws {InputError} If a Ctd is not finite.
 */
export function compareRepeats(
  repetitions: readonly (readonly [first: FoldScores, second: FoldScores])[],
): CorrectedTTest | null {
  const pairs = repetitions.flatMap(([first, second]) => {
    const patients = first.folds.reduce((sum, { patients }) => sum + patients, 0);
    const ofSecond = new Map(second.folds.map(({ fold, value }) => [fold, value]));
    return first.folds.flatMap(({ fold, value, patients: tested }) => {
      const other = ofSecond.get(fold);
      if (value === null || other === null || other === undefined) return [];
      return [{ difference: value - other, ratio: tested / (patients - tested) }];
    });
  });
  if (pairs.length < 2) return null;
  const ratio = pairs.reduce((sum, pair) => sum + pair.ratio, 0) / pairs.length;
  return correctedTTest(pairs.map(({ difference }) => difference), ratio);
}
