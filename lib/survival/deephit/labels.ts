import { censorAt, type FollowUp } from "../follow_up/follow_up.ts";

/** A follow-up as DeepHit is trained on it. */
export interface BinLabel {
  /** Event: the bin of the death. Censored: the last bin the patient is known to have survived, -1 for none. */
  readonly bin: number;
  readonly event: 0 | 1;
}

/**
 * How months become bins. With 24 bins:
 *
 * - `"interval"`: bin k is the month (k, k + 1], 24 logits. A censored patient counts up to their last whole month.
 *   The same as pycox's cuts 1..24, where those are defined.
 * - `"nodes"`: pycox's cuts 0..24, 25 logits; bin 0 is a death at time 0, bin k > 0 is (k - 1, k].
 * - `"lab"`: the coding of the authors' laboratory, 24 logits; bin k is [k, k + 1) for deaths and censorings alike, and
 *   a death at month 24 or later is censored in the last bin.
 */
export type Discretisation = "interval" | "nodes" | "lab";

/**
 * Turns a follow-up into a bin of one month each, after administrative censoring at `bins` months.
 *
 * Follows the label transforms of pycox (Kvamme & Borgan 2021): an event goes to the end of its interval, a censoring
 * to the start, so that nobody is said to have survived longer than was seen.
 *
 * @throws {InputError} If the months are negative or not finite.
 */
export function binLabel(
  followUp: FollowUp,
  { scheme = "interval", bins = 24 }: { readonly scheme?: Discretisation; readonly bins?: number } = {},
): BinLabel {
  const { months, event } = censorAt(followUp, bins);
  switch (scheme) {
    case "interval":
      // A death at time 0 belongs to the first month.
      return { bin: event ? Math.max(0, Math.ceil(months) - 1) : Math.floor(months) - 1, event };
    case "nodes":
      return { bin: event ? Math.ceil(months) : Math.floor(months), event };
    case "lab":
      return { bin: Math.min(Math.floor(months), bins - 1), event: months < bins ? event : 0 };
  }
}
