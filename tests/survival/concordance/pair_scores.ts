import type { CtdOptions, CtdVariant, SurvivalPredictions } from "@ctsurv/survival/mod.ts";

/** One anchor against every patient: whether they are compared (0 or 1), and twice the score (0, 1 or 2). */
export interface PairScores {
  readonly comparable: Uint8Array;
  readonly doubled: Uint8Array;
}

/** How far two survivals may differ and still be the same prediction (variant "risk"). */
const tolerance = 1e-8;
const incomparable = -1;

/** Twice the score of a pair from the sign of t_i - t_j, both events, and S(t_i | j) - S(t_i | i). */
type Rule = (order: number, eventI: number, eventJ: number, gap: number) => number;

const diedFirst = (order: number, eventI: number, eventJ: number) =>
  eventI === 1 && (order < 0 || (order === 0 && eventJ === 0));
const sign = (gap: number) => Math.sign(gap) + 1;

const rules: Record<CtdVariant, Rule> = {
  risk: (order, eventI, eventJ, gap) =>
    diedFirst(order, eventI, eventJ) ? sign(Math.abs(gap) <= tolerance ? 0 : gap) : incomparable,
  antolini: (order, eventI, eventJ, gap) => diedFirst(order, eventI, eventJ) ? (gap > 0 ? 2 : 0) : incomparable,
  adj_antolini: (order, eventI, eventJ, gap) => {
    if (diedFirst(order, eventI, eventJ)) return sign(gap);
    if (order !== 0 || eventJ === 0) return incomparable;
    return eventI === 1 ? (gap === 0 ? 2 : 1) : sign(-gap);
  },
  lab: (order, eventI, _eventJ, gap) => eventI === 1 && order < 0 ? (gap > 0 ? 2 : 0) : incomparable,
  authors: (order, eventI, _eventJ, gap) => eventI === 1 && order < 0 ? (gap > 0 ? 2 : 0) : incomparable,
};

/**
 * The pairs of every reading of Ctd, O(n^2); `concordanceByDefinition` is the sum over those of `"risk"` under `"pre"`.
 * What the library counts faster must add up to the same. Scores each patient as the anchor, in order; a patient is
 * never compared with itself.
 */
export function* pairScores(
  { times, survival, months, event }: SurvivalPredictions,
  { variant = "risk", lookup = "pre" }: CtdOptions = {},
): Generator<PairScores> {
  const rule = rules[variant];
  const patients = survival.length;
  const last = times.length - 1;
  /** The grid interval (t_(k-1), t_k] that holds `t`; beyond the grid, its length. */
  const interval = (t: number) => {
    let k = 0;
    while (k <= last && times[k]! < t) k++;
    return k;
  };
  const intervals = Int32Array.from(months, interval);
  const wholeMonths = Array.from(months, (own) => Math.floor(Math.round(own * 365.25 / 12) / 30));
  const clock = variant === "lab" ? intervals : variant === "authors" ? wholeMonths : months;
  /** The last column at or before `t`; -1 before the grid, where everybody is alive. */
  const upTo = (t: number) => {
    let k = -1;
    while (k < last && times[k + 1]! <= t) k++;
    return k;
  };
  for (let i = 0; i < patients; i++) {
    const next = intervals[i]!;
    let column = lookup === "pre" || times[next] === months[i] ? Math.min(next, last) : Math.max(next - 1, 0);
    if (variant === "authors") column = wholeMonths[i] === 0 ? Math.max(last - 1, 0) : upTo(wholeMonths[i]! - 1);
    const comparable = new Uint8Array(patients), doubled = new Uint8Array(patients);
    const at = (j: number) => column === -1 ? 1 : survival[j]![column]!;
    const own = at(i);
    for (let j = 0; j < patients; j++) {
      if (j === i) continue;
      const score = rule(clock[i]! - clock[j]!, event[i]!, event[j]!, at(j) - own);
      if (score === incomparable) continue;
      comparable[j] = 1;
      doubled[j] = score;
    }
    yield { comparable, doubled };
  }
}
