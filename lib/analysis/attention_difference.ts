import { InputError } from "@ctsurv/base/mod.ts";
import { bootstrap, type BootstrapOptions } from "@ctsurv/survival/mod.ts";
import { attentionShare } from "./attention.ts";
import type { AttendedPatient } from "./attention_on_tumour.ts";

/** How much more of its attention one model puts on the slices with tumour than another, on the same slices. */
export interface AttentionDifference {
  /** Number of patients with tumour on some of their slices, but not on all. */
  readonly patients: number;
  /** Mean share of the first model's attention on slices with tumour, less that of the second. */
  readonly difference: number;
  /** Percentile bootstrap interval of the difference, with patients drawn with replacement. */
  readonly interval: readonly [low: number, high: number];
  /** Coverage of the interval, such as 0.95. */
  readonly level: number;
}

/**
 * Compares where two models look, patient by patient. The second is usually a control: the same training on the same
 * scans with survival that depends on nothing in the image. A control looks at tumours too, because patients differ most
 * there, so that attention above equal weights does not show alone that survival was learnt.
 *
 * Patients without tumour on any slice, or with tumour on all of them, are left out. Null where no patient remains.
 *
 * @example
 * ```ts
 * import { attentionDifference } from "@ctsurv/ctsurv/analysis";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const tumours = [[2, 2]] as const;
 * const found = attentionDifference(
 *   [{ attention: [.1, .1, .6, .2], tumours }, { attention: [.2, .2, .4, .2], tumours }],
 *   [{ attention: [.2, .3, .3, .2], tumours }, { attention: [.25, .25, .25, .25], tumours }],
 * )!;
 * assertEquals(found.patients, 2);
 * assertAlmostEquals(found.difference, (.3 + .15) / 2);
 * ```
 *
 * @param first [patients].
 * @param second [patients], the same in the same order.
 * @throws {InputError} If the patients' numbers or their tumours differ, or weights or options make no sense.
 */
export function attentionDifference(
  first: readonly AttendedPatient[],
  second: readonly AttendedPatient[],
  options: BootstrapOptions = {},
): AttentionDifference | null {
  if (first.length !== second.length) {
    throw new InputError(`The two models have ${first.length} and ${second.length} patients; they need the same`);
  }
  const differences = first.flatMap((one, i) => {
    const [a, b] = [one, second[i]!].map(({ attention, tumours }) => attentionShare(attention, tumours));
    if (a!.uniform !== b!.uniform) {
      throw new InputError(
        `Patient ${i + 1} of ${first.length} has tumour on other slices in the first than in the second`,
      );
    }
    return a!.uniform > 0 && a!.uniform < 1 ? [a!.attended - b!.attended] : [];
  });
  const patients = differences.length;
  if (patients === 0) return null;
  const mean = (drawn?: ArrayLike<number>) =>
    differences.reduce((sum, difference, i) => sum + (drawn ? drawn[i]! : 1) * difference, 0) / patients;
  // Every sample has a value, so that there always is an interval.
  const { low, high, level } = bootstrap(patients, "attention-difference", mean, options)!;
  return { patients, difference: mean(), interval: [low, high], level };
}
