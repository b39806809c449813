import { createRandom, InputError, quantile } from "@ctsurv/base/mod.ts";

/** How intervals are made by drawing patients with replacement. */
export interface BootstrapOptions {
  /** Coverage; default 0.95. */
  readonly level?: number;
  /** Bootstrap samples; default 1000. */
  readonly replicates?: number;
  /** Default 42. */
  readonly seed?: number;
}

/** What bootstrap samples gave, and the interval of the middle ones. */
export interface BootstrapValues {
  readonly low: number;
  readonly high: number;
  readonly level: number;
  /** From the smallest; samples without a value are left out. */
  readonly values: readonly number[];
}

/**
 * Calls `statistic` with how often each patient was drawn, for each sample of `patients` with replacement; null where
 * no sample has a value.
 *
 * @param name Names the random stream: samples of one name and seed are the same.
 * @throws {InputError} If the level or the replicates make no sense.
 */
export function bootstrap(
  patients: number,
  name: string,
  statistic: (drawn: Uint32Array) => number | null,
  options: BootstrapOptions = {},
): BootstrapValues | null {
  return bootstrapAll(patients, name, (drawn) => ({ statistic: statistic(drawn) }), options).statistic!;
}

/**
 * {@linkcode bootstrap} of several statistics, on the same samples.
 *
 * @param statistics Gives each by its name, and the same names for every sample.
 * @throws {InputError} If the level or the replicates make no sense.
 */
export function bootstrapAll<Name extends string>(
  patients: number,
  name: string,
  statistics: (drawn: Uint32Array) => Readonly<Record<Name, number | null>>,
  { level = 0.95, replicates = 1000, seed = 42 }: BootstrapOptions = {},
): Readonly<Record<Name, BootstrapValues | null>> {
  if (!(level > 0 && level < 1)) throw new InputError(`An interval's level is between 0 and 1, not ${level}`);
  if (!(Number.isInteger(replicates) && replicates > 0)) {
    throw new InputError(`A bootstrap needs a whole number of replicates, not ${replicates}`);
  }
  const random = createRandom(seed, name);
  const drawn = new Uint32Array(patients);
  const found: Record<string, number[]> = {};
  for (let replicate = 0; replicate < replicates; replicate++) {
    drawn.fill(0);
    for (let draw = 0; draw < patients; draw++) drawn[random.integer(0, patients - 1)]!++;
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
