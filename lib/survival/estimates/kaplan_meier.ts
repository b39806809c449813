import { InputError } from "@ctsurv/base/mod.ts";
import { twoSidedNormal } from "../_math.ts";
import { checkOutcomes, type Outcomes, stepAt } from "../follow_up/predictions.ts";

/**
 * How many patients are still observed at each time, that is, those whose months are at least as many. Tables of
 * lifelines and R under a Kaplan-Meier plot count in the same way.
 *
 * @example
 * ```ts
 * import { atRisk } from "@ctsurv/ctsurv/survival";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(atRisk({ months: [5, 12, 15, 20], event: [1, 1, 0, 0] }, [0, 12, 24]), [4, 3, 0]);
 * ```
 *
 * @throws {InputError} If the outcomes are not complete.
 */
export function atRisk(outcomes: Outcomes, times: ArrayLike<number>): number[] {
  const months = Array.from(checkOutcomes(outcomes).months);
  return Array.from(times, (time) => months.reduce((count, t) => count + Number(t >= time), 0));
}

/** A Kaplan-Meier curve: one entry per distinct time of death or censoring, increasing. */
export interface KaplanMeier {
  /** Months. */
  readonly times: Float64Array;
  /** Survival from each time until the next; 1 before the first. */
  readonly survival: Float64Array;
  /** Lower end of the pointwise interval; 1 before the first death, NaN where survival is 0 (see `kaplanMeier`). */
  readonly low: Float64Array;
  /** Upper end of the pointwise interval; 1 before the first death, NaN where survival is 0. */
  readonly high: Float64Array;
  /** Patients under observation just before each time. */
  readonly atRisk: Uint32Array;
  /** Patients who died at each time. */
  readonly deaths: Uint32Array;
  /** Patients who were censored at each time. */
  readonly censored: Uint32Array;
  /** Coverage of the interval, such as 0.95. */
  readonly level: number;
}

/**
 * The product-limit estimate of survival (Kaplan & Meier 1958), with log-log intervals:
 *
 *     S(t) = product over death times up to t of (1 - deaths / at risk)
 *     interval = S^exp(-+ z se), se^2 = sum of deaths / (at risk (at risk - deaths)) / log(S)^2
 *
 * The intervals take Greenwood's variance and stay within 0 and 1 (Kalbfleisch & Prentice 1980). A patient who is
 * censored at the time of a death is at risk of it.
 *
 * Where survival has reached 0 the formula has no value. Packages differ there: R gives NA, lifelines and
 * scikit-survival give [0, 0], which no finite sample can show. Here the interval is NaN, as in R.
 *
 * @example
 * ```ts
 * import { kaplanMeier } from "@ctsurv/ctsurv/survival";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const curve = kaplanMeier({ months: [5, 10, 15, 20], event: [1, 0, 1, 0] });
 * assertEquals([...curve.times], [5, 10, 15, 20]);
 * assertEquals([...curve.survival], [.75, .75, .375, .375]);
 * assertAlmostEquals(curve.low[0]!, .128, 1e-3);
 * assertAlmostEquals(curve.high[0]!, .961, 1e-3);
 * ```
 *
 * @param options.level Coverage of the interval. @default {0.95}
 * @throws {InputError} If the outcomes are not complete or the level is not between 0 and 1.
 */
export function kaplanMeier(outcomes: Outcomes, { level = 0.95 }: { readonly level?: number } = {}): KaplanMeier {
  if (!(level > 0 && level < 1)) throw new InputError(`An interval's level is between 0 and 1, not ${level}`);
  const { months, event } = checkOutcomes(outcomes);
  const times = Float64Array.from(new Set(Array.from(months, (t) => t + 0))).sort();
  const index = new Map(Array.from(times, (t, k) => [t, k]));
  const [deaths, censored, atRisk] = [0, 0, 0].map(() => new Uint32Array(times.length)) as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  for (let i = 0; i < months.length; i++) (event[i] === 1 ? deaths : censored)[index.get(months[i]! + 0)!]!++;
  const [survival, low, high] = [0, 0, 0].map(() => new Float64Array(times.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const z = twoSidedNormal(1 - level);
  let left = months.length, alive = 1, variance = 0;
  for (let k = 0; k < times.length; k++) {
    const [at, died] = [left, deaths[k]!];
    atRisk[k] = at;
    // Only then, so that 0 / 0 of the last patient censored does not enter.
    if (died > 0) {
      alive *= 1 - died / at;
      variance += died / (at * (at - died));
    }
    survival[k] = alive;
    const log = Math.log(alive);
    const error = z * Math.sqrt(variance) / log;
    low[k] = variance === 0 ? 1 : alive === 0 ? NaN : Math.exp(log * Math.exp(-error));
    high[k] = variance === 0 ? 1 : alive === 0 ? NaN : Math.exp(log * Math.exp(error));
    left -= died + censored[k]!;
  }
  return { times, survival, low, high, atRisk, deaths, censored, level };
}

/** What a Kaplan-Meier curve says of one time. */
export interface SurvivalEstimate {
  /** Survival at the time. */
  readonly survival: number;
  /** Lower end of its pointwise interval; null where survival is 0. */
  readonly low: number | null;
  /** Upper end of its pointwise interval; null where survival is 0. */
  readonly high: number | null;
}

/**
 * Reads a Kaplan-Meier curve at one time. After the last follow-up nothing is known: nobody was observed any more, and
 * the curve's last value is not an estimate for later. The exception is survival 0, which stays 0.
 *
 * @example
 * ```ts
 * import { kaplanMeier, kaplanMeierAt } from "@ctsurv/ctsurv/survival";
 * import { assertEquals } from "@std/assert";
 *
 * const curve = kaplanMeier({ months: [5, 9], event: [0, 0] });
 * assertEquals(kaplanMeierAt(curve, 9)?.survival, 1);
 * assertEquals(kaplanMeierAt(curve, 24), null); // both were lost before
 * ```
 *
 * @param time Months.
 * @returns Null where survival is unknown: after the last follow-up, or of nobody.
 */
export function kaplanMeierAt(curve: KaplanMeier, time: number): SurvivalEstimate | null {
  const { times, survival, low, high } = curve;
  const last = times.length - 1;
  if (last < 0 || time > times[last]! && survival[last] !== 0) return null;
  const read = (values: Float64Array) => stepAt(times, values, time);
  const known = (value: number) => Number.isNaN(value) ? null : value;
  return { survival: read(survival), low: known(read(low)), high: known(read(high)) };
}
