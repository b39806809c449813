import type { FoldOfPatients } from "../follow_up/predictions.ts";
import { type BootstrapValues, middle } from "./bootstrap.ts";

/**
 * A bootstrap within folds takes the models of the folds for given, and independent of one another. They are neither: any
 * two share most of their training patients, and each was trained on the patients whom the others are tested on, so they
 * err together. Nadeau & Bengio (2003) put the variance of a mean over J folds at 1 / J + 1 / (J - 1) times that of a
 * fold, where independent models would have 1 / J. So each sample is moved away from the value on the patients as they
 * are, by
 *
 *     sqrt(1 + J / (J - 1))
 *
 * 1.45 with ten folds. Predictions of one fold are those of one model on patients whom it never saw: they stay.
 *
 * @param value The statistic on the patients as they are.
 * @param range The smallest and the largest value that the statistic can have.
 */
export function widen(
  samples: BootstrapValues | null,
  { value, folds, range: [least, most] }: {
    readonly value: number | null;
    readonly folds: FoldOfPatients;
    readonly range: readonly [least: number, most: number];
  },
): BootstrapValues | null {
  const number = new Set(folds).size;
  if (samples === null || value === null || number < 2) return samples;
  const factor = Math.sqrt(1 + number / (number - 1));
  const moved = samples.values.map((sample) => Math.min(most, Math.max(least, value + factor * (sample - value))));
  return middle(moved, samples.level);
}
