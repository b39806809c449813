import { bootstrap, type BootstrapOptions } from "@ctsurv/survival/mod.ts";
import { attentionShare } from "./attention.ts";
import type { TumourExtent } from "./tumour_slices.ts";

/** Attention to a patient whose tumour is known. */
export interface AttendedPatient {
  /** [slices], not below 0; only their proportions count. */
  readonly attention: ArrayLike<number>;
  /** Counted among the same slices, as `tumourSlices` gives them. */
  readonly tumours: TumourExtent;
}

/** Means over patients, each counting the same. */
export interface AttentionOnTumour {
  /** Those with tumour on some of their slices, but not on all. */
  readonly patients: number;
  /** Share of the attention that falls on slices with tumour. */
  readonly attended: number;
  /** Their share of the slices: what equal weights would give. */
  readonly uniform: number;
  /** `attended` less `uniform`. */
  readonly excess: number;
  /** Of the excess, when patients are drawn with replacement: percentiles. */
  readonly interval: readonly [low: number, high: number];
  readonly level: number;
}

/**
 * Whether attention finds the tumour: how much of it falls on slices that hold tumour, against equal weights. A patient
 * without tumour on any slice, or with tumour on all of them, has the same share whatever the attention, and is left
 * out; null where no patient remains.
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
