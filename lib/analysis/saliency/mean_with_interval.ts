import { bootstrap, type BootstrapOptions } from "@ctsurv/survival/mod.ts";

/** A mean over patients with its percentile bootstrap interval. */
export interface MeanWithInterval {
  /** The mean. */
  readonly value: number;
  /** The lower end of the interval. */
  readonly low: number;
  /** The upper end. */
  readonly high: number;
  /** Coverage of the interval, such as 0.95. */
  readonly level: number;
}

/**
 * The mean over patients, who are drawn with replacement.
 *
 * @param values [patients], at least one.
 * @param name Names the random stream, see `bootstrap`.
 */
export function meanWithInterval(values: readonly number[], name: string, options: BootstrapOptions): MeanWithInterval {
  const mean = (drawn?: ArrayLike<number>) =>
    values.reduce((sum, value, i) => sum + (drawn ? drawn[i]! : 1) * value, 0) / values.length;
  // Every sample has a value, so that there always is an interval.
  const { low, high, level } = bootstrap(values.length, name, mean, options)!;
  return { value: mean(), low, high, level };
}
