import { createRandom, InputError, quantile } from "@ctsurv/base/mod.ts";

/** Options of bootstrap intervals, for which patients are drawn with replacement. */
export interface BootstrapOptions {
  /** Coverage of the interval, between 0 and 1. @default {0.95} */
  readonly level?: number;
  /** Number of bootstrap samples. @default {1000} */
  readonly replicates?: number;
  /** Seed of the random draws. @default {42} */
  readonly seed?: number;
}

/** Groups of patients within which a bootstrap draws. */
export interface Strata {
  /**
   * [patients]: name of each patient's group, such as the fold. A sample has as many patients of each group as there
   * are. @default {one group of all patients}
   */
  readonly strata?: readonly (string | number)[] | undefined;
}

/** The values of a statistic on the bootstrap samples, and their percentile interval. */
export interface BootstrapValues {
  /** The quantile at (1 - level) / 2 of the values, linearly interpolated. */
  readonly low: number;
  /** The quantile at (1 + level) / 2 of the values. */
  readonly high: number;
  /** Coverage that was asked for. */
  readonly level: number;
  /** One per sample, from the smallest; samples without a value are left out. */
  readonly values: readonly number[];
}

/**
 * The percentile bootstrap (Efron & Tibshirani 1993, 13): draws samples of `patients` with replacement and computes a
 * statistic on each. Null where no sample has a value.
 *
 * @example
 * ```ts
 * import { bootstrap } from "@ctsurv/ctsurv/survival";
 * import { assertEquals } from "@std/assert";
 *
 * const tumourVolumes = [12, 20, 31, 57]; // mL
 * const mean = (drawn: Uint32Array) => tumourVolumes.reduce((sum, volume, i) => sum + drawn[i]! * volume, 0) / 4;
 * const { low, high } = bootstrap(4, "tumour volume", mean)!;
 * assertEquals([low, high], [16, 47.75]);
 * ```
 *
 * @param name Names the random stream: two calls with the same name and seed draw the same samples.
 * @param statistic Takes how often each patient was drawn, [patients]; gives null where the sample has no value.
 * @throws {InputError} If the level or the replicates make no sense.
 */
export function bootstrap(
  patients: number,
  name: string,
  statistic: (drawn: Uint32Array) => number | null,
  options: BootstrapOptions & Strata = {},
): BootstrapValues | null {
  return bootstrapAll(patients, name, (drawn) => ({ statistic: statistic(drawn) }), options).statistic!;
}

/**
 * {@linkcode bootstrap} of several statistics, on the same samples.
 *
 * @param statistics Gives a value or null for each name; the names are the same for every sample.
 * @throws {InputError} If the level or the replicates make no sense.
 */
export function bootstrapAll<Name extends string>(
  patients: number,
  name: string,
  statistics: (drawn: Uint32Array) => Readonly<Record<Name, number | null>>,
  { level = 0.95, replicates = 1000, seed = 42, strata }: BootstrapOptions & Strata = {},
): Readonly<Record<Name, BootstrapValues | null>> {
  if (!(level > 0 && level < 1)) throw new InputError(`An interval's level is between 0 and 1, not ${level}`);
  if (!(Number.isInteger(replicates) && replicates > 0)) {
    throw new InputError(`A bootstrap needs a whole number of replicates, not ${replicates}`);
  }
  const random = createRandom(seed, name);
  const drawn = new Uint32Array(patients);
  const groups = strata && [...Map.groupBy(drawn.keys(), (i) => strata[i]!).values()];
  const found: Record<string, number[]> = {};
  for (let replicate = 0; replicate < replicates; replicate++) {
    drawn.fill(0);
    if (!groups) { for (let draw = 0; draw < patients; draw++) drawn[random.integer(0, patients - 1)]!++; }
    else for (const group of groups) for (const _ of group) drawn[group[random.integer(0, group.length - 1)]!]!++;
    for (const [name, value] of Object.entries<number | null>(statistics(drawn))) {
      const values = found[name] ??= [];
      if (value !== null) values.push(value);
    }
  }
  const intervals = Object.entries(found).map(([name, values]) => [name, middle(values, level)]);
  return Object.fromEntries(intervals) as Record<Name, BootstrapValues | null>;
}

function middle(unsorted: readonly number[], level: number): BootstrapValues | null {
  if (unsorted.length === 0) return null;
  const values = unsorted.toSorted((a, b) => a - b);
  const tail = (1 - level) / 2;
  return { low: quantile(values, tail), high: quantile(values, 1 - tail), level, values };
}
