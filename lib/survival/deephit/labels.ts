import { censorAt, type FollowUp, HORIZON_MONTHS } from "../follow_up/follow_up.ts";

/** The label of a follow-up in the training of DeepHit. */
export interface BinLabel {
  /** For a death its bin; for a censored patient the last bin that they are known to have survived, -1 for none. */
  readonly bin: number;
  /** 1 for a death within the bins, 0 for a censored patient; a later death is censored at the last bin. */
  readonly event: 0 | 1;
}

/**
 * How months become bins. With 24 bins:
 *
 * - `"interval"`: bin k is the month (k, k + 1], 24 logits. A censored patient counts up to their last whole month. The
 *   same as pycox with cuts 1..24, where those are defined.
 * - `"nodes"`: pycox with cuts 0..24, 25 logits; bin 0 is a death at time 0, bin k > 0 is (k - 1, k].
 * - `"lab"`: the coding of the authors' laboratory, 24 logits; bin k is [k, k + 1) for deaths and censorings alike, and
 *   a death at month 24 or later is censored in the last bin.
 */
export type Discretisation = "interval" | "nodes" | "lab";

/**
 * Turns a follow-up into the number of a monthly bin, after administrative censoring at `bins` months.
 *
 * The rule is that of pycox's label transforms (Kvamme & Borgan 2021). An event goes to the end of its interval, a
 * censoring to the start: nobody counts as having survived longer than was observed.
 *
 * @example
 * ```ts
 * import { binLabel } from "@ctsurv/ctsurv/survival/deephit";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(binLabel({ months: 5.5, event: 1 }), { bin: 5, event: 1 }); // the month (5, 6]
 * assertEquals(binLabel({ months: 5.5, event: 0 }), { bin: 4, event: 0 }); // survived (4, 5]
 * assertEquals(binLabel({ months: 30, event: 1 }), { bin: 23, event: 0 }); // alive at 24 months
 * ```
 *
 * @throws {InputError} If the months are negative or not finite.
 */
export function binLabel(
  followUp: FollowUp,
  { scheme = "interval", bins = HORIZON_MONTHS }: { readonly scheme?: Discretisation; readonly bins?: number } = {},
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
