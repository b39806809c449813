import { InputError } from "@ctsurv/base/mod.ts";
import { chiSquareTail } from "../_math.ts";
import { checkOutcomes, type Outcomes } from "../follow_up/predictions.ts";

/** The result of a log-rank test. */
export interface LogRank {
  /** Chi-square; NaN where no death happened while two groups were at risk. */
  readonly statistic: number;
  /** Rank of the covariance: one less than the groups that had somebody at risk of a death. */
  readonly degreesOfFreedom: number;
  /** Tail of the chi-square distribution; NaN where the statistic is. */
  readonly p: number;
  /** [groups]: deaths of each group. */
  readonly observed: readonly number[];
  /** [groups]: the deaths that each group would have if all groups had the same hazard. */
  readonly expected: readonly number[];
}

/**
 * The log-rank test of two or more groups (Mantel 1966, Peto & Peto 1972):
 *
 *     chi^2 = (O - E)' V^- (O - E)
 *
 * where O and E are the observed and expected deaths of the groups and V is their hypergeometric covariance.
 *
 * The degrees of freedom are the rank of V, as in R's survdiff: one less than the groups that had somebody at risk of a
 * death. lifelines counts every group and so gives a p-value to an empty comparison too.
 *
 * @example
 * ```ts
 * import { logRank } from "@ctsurv/ctsurv/survival";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const stageIII = { months: [5, 8, 10], event: [1, 1, 1] };
 * const stageI = { months: [12, 20, 24], event: [1, 0, 0] };
 * const { statistic, degreesOfFreedom, p, observed, expected } = logRank([stageIII, stageI]);
 * assertEquals([degreesOfFreedom, observed], [1, [3, 1]]);
 * assertAlmostEquals(expected[0]!, 1.15);
 * assertAlmostEquals(statistic, 5.05, .01);
 * assertAlmostEquals(p, .0246, 1e-4);
 * ```
 *
 * @throws {InputError} If there are fewer than two groups, one is empty, or outcomes are not complete.
 */
export function logRank(groups: readonly Outcomes[]): LogRank {
  if (groups.length < 2) throw new InputError(`A log-rank test compares two or more groups, not ${groups.length}`);
  const empty = groups.findIndex(({ months }) => months.length === 0);
  if (empty !== -1) throw new InputError(`Group ${empty + 1} of ${groups.length} has no patients to compare`);
  const count = groups.length;
  const patients = groups.flatMap((group, g) =>
    Array.from(checkOutcomes(group).months, (t, i) => ({ t, died: group.event[i]!, g }))
  ).sort((a, b) => a.t - b.t);
  const left = groups.map(({ months }) => months.length);
  const observed = new Array<number>(count).fill(0), expected = observed.slice();
  const covariance = groups.map(() => new Array<number>(count).fill(0));
  for (let start = 0, stop; start < patients.length; start = stop) {
    const t = patients[start]!.t, total = patients.length - start;
    let deaths = 0;
    for (stop = start; stop < patients.length && patients[stop]!.t === t; stop++) deaths += patients[stop]!.died;
    const spread = total > 1 ? deaths * (total - deaths) / (total - 1) : 0;
    const share = left.map((n) => n / total);
    share.forEach((own, a) => {
      expected[a]! += deaths * own;
      share.forEach((other, b) => covariance[a]![b]! += spread * own * ((a === b ? 1 : 0) - other));
    });
    for (const { died, g } of patients.slice(start, stop)) {
      observed[g]! += died;
      left[g]!--;
    }
  }
  const { value, rank } = quadraticForm(covariance, observed.map((o, g) => o - expected[g]!));
  const statistic = rank === 0 ? NaN : value;
  return { statistic, degreesOfFreedom: rank, p: chiSquareTail(statistic, rank), observed, expected };
}

/**
 * x' M^- x of a positive semidefinite matrix M with an x that is orthogonal to its null space. By elimination, largest
 * pivot first.
 */
function quadraticForm(
  matrix: readonly (readonly number[])[],
  x: readonly number[],
): { readonly value: number; readonly rank: number } {
  const m = matrix.map((row) => [...row]), rest = [...x];
  const open = new Set(x.keys());
  const tiny = 1e-10 * Math.max(...m.map((row, i) => row[i]!));
  let value = 0, rank = 0;
  while (open.size > 0) {
    const pivot = [...open].reduce((best, i) => m[i]![i]! > m[best]![best]! ? i : best);
    const own = m[pivot]![pivot]!;
    open.delete(pivot);
    if (!(own > tiny)) break;
    rank++;
    value += rest[pivot]! ** 2 / own;
    for (const i of open) {
      const factor = m[i]![pivot]! / own;
      rest[i]! -= factor * rest[pivot]!;
      for (const j of open) m[i]![j]! -= factor * m[pivot]![j]!;
    }
  }
  return { value, rank };
}
