import { checkPredictions, type SurvivalPredictions } from "../follow_up/predictions.ts";
import { pairCounter } from "./_count_pairs.ts";

/** A concordance and the pairs behind it. */
export interface Concordance {
  /** `concordant / comparable`, 0 to 1; null where no pair could be compared. */
  readonly value: number | null;
  /** Sum of the pairs' scores; half pairs are ties. */
  readonly concordant: number;
  /** Number of pairs compared. */
  readonly comparable: number;
}

/**
 * Antolini's time-dependent concordance (Antolini et al. 2005). Among the pairs in which one patient is known to have
 * died first, it is the share in which the model gave that patient the lower survival at the time of that death:
 *
 *     Ctd = P(S_i(T_i) < S_j(T_i) | T_i < T_j, D_i = 1)
 *
 * 0.5 is chance, 1 a perfect order. {@linkcode CtdVariant} describes the treatment of ties, {@linkcode CtdLookup} the
 * place on the grid where curves are read. `concordanceByDefinition` is the same number in a few plain lines.
 *
 * Months are compared as they are given: for the paper's Ctd, censor them at 24 months first (`censorPredictions`). The
 * pairs are counted by sorting and not compared one by one: a million patients take seconds.
 *
 * @example
 * ```ts
 * import { concordance } from "@ctsurv/ctsurv/survival";
 * import { assertEquals } from "@std/assert";
 *
 * const predictions = {
 *   times: [12, 24], // months
 *   survival: [[.3, .1], [.6, .4], [.5, .3], [.9, .8]],
 *   months: [5, 10, 15, 20],
 *   event: [1, 1, 0, 0], // two deaths, then two who were last seen alive
 * };
 * // The second patient died before the third, but was given the higher survival at 12 months.
 * assertEquals(concordance(predictions), { value: .8, concordant: 4, comparable: 5 });
 * ```
 *
 * @throws {InputError} If the predictions are not complete; see {@linkcode SurvivalPredictions}.
 */
export function concordance(predictions: SurvivalPredictions, options: CtdOptions = {}): Concordance {
  const { concordant, comparable } = pairCounter(checkPredictions(predictions), options)();
  return { value: comparable === 0 ? null : concordant / comparable, concordant, comparable };
}

/**
 * Every variant of Ctd under both lookups; see {@linkcode CtdVariant} and {@linkcode CtdLookup}. `authors` depends on
 * no lookup, and tables that ctsurv 0.1 wrote do not have it.
 */
export type ConcordanceTable = Readonly<
  Record<
    CtdLookup,
    & Readonly<Record<Exclude<CtdVariant, "authors">, Concordance>>
    & { readonly authors?: Concordance }
  >
>;

/**
 * Computes Ctd ({@linkcode concordance}) in all its readings at once, for reporting them side by side.
 *
 * @example
 * ```ts
 * import { concordanceTable } from "@ctsurv/ctsurv/survival";
 * import { assertEquals } from "@std/assert";
 *
 * const { pre } = concordanceTable({
 *   times: [12, 24],
 *   survival: [[.3, .1], [.6, .4], [.6, .3], [.9, .8]],
 *   months: [5, 10, 15, 20],
 *   event: [1, 1, 0, 0],
 * });
 * // The second and the third patient have the same survival at 12 months.
 * assertEquals([pre.risk.value, pre.antolini.value], [.9, .8]);
 * ```
 *
 * @throws {InputError} If the predictions are not complete; see {@linkcode SurvivalPredictions}.
 */
export function concordanceTable(predictions: SurvivalPredictions): ConcordanceTable {
  const authors = concordance(predictions, { variant: "authors" });
  const variants = (lookup: CtdLookup) => ({
    risk: concordance(predictions, { variant: "risk", lookup }),
    antolini: concordance(predictions, { variant: "antolini", lookup }),
    adj_antolini: concordance(predictions, { variant: "adj_antolini", lookup }),
    lab: concordance(predictions, { variant: "lab", lookup }),
    authors,
  });
  return { pre: variants("pre"), post: variants("post") };
}

/**
 * Which ordered pairs (i, j) are compared and how they score. The anchor i should have the lower survival at its own
 * time t_i. Unless stated otherwise, i is a death, and j lived longer or was censored at t_i.
 *
 * - `"risk"`: 1, or 1/2 if the survivals differ by at most 1e-8. The one that this project reports first.
 * - `"antolini"`: 1; equal survivals score 0 (Antolini et al. 2005, as pycox has it).
 * - `"adj_antolini"`: pycox's default. Equal survivals score 1/2; pairs that end together are compared both ways round,
 *   two deaths scoring 1 for equal survivals and 1/2 otherwise.
 * - `"lab"`: the authors' laboratory. Only a j that lived into a later interval of the grid, (t_(k-1), t_k], is
 *   compared; equal survivals score 0.
 * - `"authors"`: the authors' public code (`ct_index`). Follow-up counts in whole months of 30 days, T. Only a j of a
 *   later month is compared. The risk is the sum of the bins 0 to T - 2, which is 1 - S(T - 1), so the death's own month
 *   is left out; equal risks score 0. Deaths of T = 1 therefore never score, and those of T = 0 are read at the end of
 *   the bin before the last, as Python reads `[:-1]`. The lookup makes no difference.
 */
export type CtdVariant = "risk" | "antolini" | "adj_antolini" | "lab" | "authors";

/**
 * Where on the grid S(t_i) is read: `"pre"`, the first time at or after t_i, which includes the death's own interval
 * and is what DeepHit's ranking loss trains; `"post"`, the last time at or before t_i, as pycox does. Outside the grid
 * both take the nearest end.
 */
export type CtdLookup = "pre" | "post";

/** Which reading of Ctd is computed. */
export interface CtdOptions {
  /** How pairs are compared and scored. @default {"risk"} */
  readonly variant?: CtdVariant;
  /** Where on the grid the curves are read. @default {"pre"} */
  readonly lookup?: CtdLookup;
}
