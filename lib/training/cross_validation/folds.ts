import { mersenne } from "pure-rand/generator/mersenne";
import { InputError } from "@ctsurv/base/mod.ts";

/**
 * Deals patients to the folds of a stratified cross-validation: each fold gets its share of every label.
 *
 * The assignment is the same, patient by patient, as by scikit-learn's `StratifiedKFold(folds, shuffle=True,
 * random_state=seed)`, so results can be compared fold by fold with Python code. As there, a label with fewer patients
 * than folds goes to as many folds as it has patients, and the other folds test without it.
 *
 * @example
 * ```ts
 * import { stratifiedFolds } from "@ctsurv/ctsurv/training";
 * import { assertEquals } from "@std/assert";
 *
 * // Three deaths and six survivors: each fold tests one death and two survivors.
 * const folds = stratifiedFolds([1, 1, 1, 0, 0, 0, 0, 0, 0], { folds: 3, seed: 42 });
 * assertEquals([...folds], [0, 1, 2, 0, 2, 0, 1, 1, 2]);
 * ```
 *
 * @param labels [patients]; it only matters which of them are equal.
 * @param options.folds Number of folds. @default {10}
 * @param options.seed scikit-learn's `random_state`. @default {42}
 * @returns [patients]: the fold, 0 to `folds` - 1, in which each patient is tested.
 * @throws {InputError} If there are fewer than 2 folds, the seed is no whole number of 32 bits, or no label has as many
 *   patients as there are folds.
 */
export function stratifiedFolds(
  labels: ArrayLike<string | number>,
  { folds = 10, seed = 42 }: { readonly folds?: number; readonly seed?: number } = {},
): Int32Array {
  if (!(Number.isInteger(folds) && folds >= 2)) {
    throw new InputError(`A cross-validation needs 2 or more folds, not ${folds}`);
  }
  if (!(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)) {
    throw new InputError(`The seed of the folds is a whole number from 0 to ${2 ** 32 - 1}, not ${seed}`);
  }
  const members = new Map<string | number, number[]>();
  Array.from(labels).forEach((label, patient) => {
    const class_ = members.get(label);
    if (class_) class_.push(patient);
    else members.set(label, [patient]);
  });
  const largest = Math.max(0, ...[...members.values()].map((class_) => class_.length));
  if (folds > largest) {
    throw new InputError(
      `${folds} folds need a label with at least ${folds} patients; the most common one has ${largest} of ` +
        `${labels.length}. Use fewer folds`,
    );
  }
  const random = mersenne(seed);
  const testFold = new Int32Array(labels.length);
  let dealt = 0;
  for (const patients of members.values()) {
    // Cards are dealt round and round across the labels, so that folds differ in size by one at most.
    const hand = Int32Array.from(patients, (_, i) => (dealt + i) % folds).sort();
    dealt += patients.length;
    shuffleAsNumpy(hand, () => random.next() >>> 0);
    patients.forEach((patient, i) => testFold[patient] = hand[i]!);
  }
  return testFold;
}

/** Fisher-Yates as in `numpy.random.RandomState.shuffle`: masked 32-bit numbers, drawn again until one is in range. */
function shuffleAsNumpy(values: Int32Array, next: () => number): void {
  for (let i = values.length - 1; i > 0; i--) {
    const mask = 2 ** (32 - Math.clz32(i)) - 1;
    let j: number;
    do j = next() & mask; while (j > i);
    [values[i], values[j]] = [values[j]!, values[i]!];
  }
}
