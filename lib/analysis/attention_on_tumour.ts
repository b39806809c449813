import { bootstrap, type BootstrapOptions } from "@ctsurv/survival/mod.ts";
import { attentionShare } from "./attention.ts";
import type { TumourExtent } from "./tumour_slices.ts";

/** The attention on the slices of a patient whose tumour is known. */
export interface AttendedPatient {
  /** [slices], not below 0; only their proportions count. */
  readonly attention: ArrayLike<number>;
  /** Ranges of slices with tumour, counted among the same slices, as `tumourSlices` gives them. */
  readonly tumours: TumourExtent;
}

/** Means over patients, who all count the same. */
export interface AttentionOnTumour {
  /** Number of patients with tumour on some of their slices, but not on all. */
  readonly patients: number;
  /** Mean share of the attention that falls on slices with tumour. */
  readonly attended: number;
  /** Mean share of the slices that have tumour: the value of `attended` for equal weights. */
  readonly uniform: number;
  /** `attended` less `uniform`. */
  readonly excess: number;
  /** Percentile bootstrap interval of the excess, with patients drawn with replacement. */
  readonly interval: readonly [low: number, high: number];
  /** Coverage of the interval, such as 0.95. */
  readonly level: number;
}

/**
 * Whether attention finds the tumour: the share of it on slices with tumour, compared with equal weights. Patients
 * without tumour on any slice, or with tumour on all of them, have the same share whatever the attention, and are left
 * out. Null where no patient remains.
 *
 * @example
 * ```ts
 * import { attentionOnTumour } from "@ctsurv/ctsurv/analysis";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const { patients, attended, uniform, excess } = attentionOnTumour([
 *   { attention: [.1, .1, .6, .2], tumours: [[2, 2]] },
 *   { attention: [.1, .4, .4, .1], tumours: [[1, 2]] },
 *   { attention: [.7, .1, .1, .1], tumours: [] }, // no tumour on the slices
 * ])!;
 * assertEquals(patients, 2);
 * assertAlmostEquals(attended, (.6 + .8) / 2);
 * assertAlmostEquals(uniform, (1 / 4 + 2 / 4) / 2);
 * assertAlmostEquals(excess, .325);
 * ```
 *
 * @throws {InputError} If weights or extents make no sense (see {@linkcode attentionShare}), or the options do not.
 */
export function attentionOnTumour(
  patients: readonly AttendedPatient[],
  options: BootstrapOptions = {},
): AttentionOnTumour | null {
  const shares = patients
    .map(({ attention, tumours }) => attentionShare(attention, tumours))
    .filter(({ uniform }) => uniform > 0 && uniform < 1);
  const count = shares.length;
  if (count === 0) return null;
  const mean = (share: (patient: typeof shares[number], i: number) => number) =>
    shares.reduce((sum, patient, i) => sum + share(patient, i), 0) / count;
  const excess = ({ attended, uniform }: typeof shares[number]) => attended - uniform;
  // Every sample has a value, so that there always is an interval.
  const { low, high, level } = bootstrap(
    count,
    "attention-on-tumour",
    (drawn) => mean((patient, i) => drawn[i]! * excess(patient)),
    options,
  )!;
  return {
    patients: count,
    attended: mean(({ attended }) => attended),
    uniform: mean(({ uniform }) => uniform),
    excess: mean(excess),
    interval: [low, high],
    level,
  };
}
