import { type CorrectedTTest, correctedTTest } from "./corrected_t_test.ts";
import type { FoldScores } from "./fold_scores.ts";

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
