import { InputError, quantile } from "@ctsurv/base/mod.ts";

/** The mean of several survival curves of one patient, and how far they lie apart. */
export interface CurveSpread {
  /** [times]: the mean curve. It never rises, as no curve of it does. */
  readonly mean: Float64Array;
  /** [times]: the quantile at (1 - level) / 2 of the curves at each time, linearly interpolated. */
  readonly low: Float64Array;
  /** [times]: the quantile at (1 + level) / 2. */
  readonly high: Float64Array;
  /** [times]: standard deviation, divided by n - 1. */
  readonly std: Float64Array;
  /** How many curves there are. */
  readonly members: number;
}

/**
 * Sums up the survival curves that several models, or several passes of one with dropout, give a patient. The mean of the
 * curves is the ensemble's prediction (Lakshminarayanan et al. 2017). Its spread says how much the curve depends on the
 * seed or the mask, and nothing of what all members get wrong in the same way: it is no confidence interval.
 *
 * @example
 * ```ts
 * import { curveSpread } from "@ctsurv/ctsurv/survival";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { mean, low, high, std } = curveSpread([[1, .5], [1, .6], [1, .8], [1, .9]], { level: .5 });
 * assertAlmostEquals(mean[1]!, .7);
 * assertAlmostEquals(low[1]!, .575);
 * assertAlmostEquals(high[1]!, .825);
 * assertAlmostEquals(std[1]!, Math.sqrt(.1 / 3));
 * ```
 *
 * @param curves [members][times]
 * @param options.level Share of the curves between `low` and `high`. @default {0.95}
 * @throws {InputError} If there are fewer than two curves, or they have different lengths.
 */
export function curveSpread(
  curves: readonly ArrayLike<number>[],
  { level = 0.95 }: { readonly level?: number } = {},
): CurveSpread {
  const members = curves.length;
  if (members < 2) throw new InputError(`A spread needs at least two curves, not ${members}`);
  const times = curves[0]!.length;
  const odd = curves.find(({ length }) => length !== times);
  if (odd) throw new InputError(`Curves of ${times} and of ${odd.length} times have no common mean`);
  const at = Array.from({ length: times }, (_, t) => curves.map((curve) => curve[t]!).sort((a, b) => a - b));
  const mean = Float64Array.from(at, (values) => values.reduce((sum, value) => sum + value, 0) / members);
  return {
    mean,
    low: Float64Array.from(at, (values) => quantile(values, (1 - level) / 2)),
    high: Float64Array.from(at, (values) => quantile(values, (1 + level) / 2)),
    std: Float64Array.from(
      at,
      (values, t) => Math.sqrt(values.reduce((sum, value) => sum + (value - mean[t]!) ** 2, 0) / (members - 1)),
    ),
    members,
  };
}
