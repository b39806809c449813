import { InputError } from "@ctsurv/base/mod.ts";

/** The mean of several survival curves of one patient, and how far they lie apart. */
export interface CurveSpread {
  /** [times]: the mean curve. It never rises, as no curve of it does. */
  readonly mean: Float64Array;
  /** [times]: the lowest of the `held` curves at each time. */
  readonly low: Float64Array;
  /** [times]: the highest of them. */
  readonly high: Float64Array;
  /** [times]: standard deviation, divided by n - 1. */
  readonly std: Float64Array;
  /** How many curves there are. */
  readonly members: number;
  /** How many of them lie from `low` to `high` at each time: all where the share asked for leaves none out. */
  readonly held: number;
}

/**
 * Sums up the survival curves that several models, or several passes of one with dropout, give a patient. The mean of the
 * curves is the ensemble's prediction (Lakshminarayanan et al. 2017). Its spread says how much the curve depends on the
 * seed or the mask, and nothing of what all members get wrong in the same way: it is no confidence interval.
 *
 * The ends of the spread are curves. At each time as many of the lowest as of the highest are left out, and no more than
 * the level allows: at 95 % none of fewer than 40 curves, one at each end of 40 to 79. Interpolated quantiles would lie
 * inside the extremes, where few curves are: those at 2.5 and 97.5 % hold three of five curves.
 *
 * @example
 * ```ts
 * import { curveSpread } from "@ctsurv/ctsurv/survival";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const curves = [[1, .5], [1, .6], [1, .8], [1, .9]];
 * const { mean, low, high, std } = curveSpread(curves);
 * assertAlmostEquals(mean[1]!, .7);
 * assertEquals([low[1], high[1]], [.5, .9]);
 * assertAlmostEquals(std[1]!, Math.sqrt(.1 / 3));
 * const half = curveSpread(curves, { level: .5 });
 * assertEquals([half.low[1], half.high[1], half.held], [.6, .8, 2]);
 * ```
 *
 * @param curves [members][times]
 * @param options.level Least share of the curves from `low` to `high`, above 0 and at most 1. @default {0.95}
 * @throws {InputError} If there are fewer than two curves, they have different lengths, or the level is no such share.
 */
export function curveSpread(
  curves: readonly ArrayLike<number>[],
  { level = 0.95 }: { readonly level?: number } = {},
): CurveSpread {
  const members = curves.length;
  if (members < 2) throw new InputError(`A spread needs at least two curves, not ${members}`);
  checkSpreadLevel(level);
  const times = curves[0]!.length;
  const odd = curves.find(({ length }) => length !== times);
  if (odd) throw new InputError(`Curves of ${times} and of ${odd.length} times have no common mean`);
  // In floating point (1 - 0.9) / 2 of 20 curves is a little less than one.
  const left = Math.min(Math.floor(members * (1 - level) / 2 + 1e-9), Math.ceil(members / 2) - 1);
  const at = Array.from({ length: times }, (_, t) => curves.map((curve) => curve[t]!).sort((a, b) => a - b));
  const mean = Float64Array.from(at, (values) => values.reduce((sum, value) => sum + value, 0) / members);
  return {
    mean,
    low: Float64Array.from(at, (values) => values[left]!),
    high: Float64Array.from(at, (values) => values[members - 1 - left]!),
    std: Float64Array.from(
      at,
      (values, t) => Math.sqrt(values.reduce((sum, value) => sum + (value - mean[t]!) ** 2, 0) / (members - 1)),
    ),
    members,
    held: members - 2 * left,
  };
}

/**
 * Refuses what is no share of curves for {@linkcode curveSpread}.
 *
 * @throws {InputError} If the level is not above 0 and at most 1.
 */
export function checkSpreadLevel(level: number): void {
  if (level > 0 && level <= 1) return;
  throw new InputError(`A spread holds a share of the curves above 0 and at most 1, such as 0.95; not ${level}`);
}
