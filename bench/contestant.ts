/** One way of doing a piece of work. */
export interface Contestant {
  readonly name: string;
  /** Runs of one round, less the one before them that is not counted. */
  readonly runs: number;
  /** Does the work so many times; milliseconds of each. */
  measure(runs: number): Promise<readonly number[]>;
}

/** What a contestant took. */
export interface Measurement {
  readonly name: string;
  /** ms */
  readonly times: readonly number[];
}

const ROUNDS = 5;

/**
 * Lets the contestants take turns, round after round, so that whatever else the machine does meets all of them. The
 * first run of every turn is not counted: caches and threads are still the last contestant's.
 */
export async function alternate(contestants: readonly Contestant[]): Promise<Measurement[]> {
  const times = contestants.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, { measure, runs }] of contestants.entries()) {
      times[i]!.push(...(await measure(runs + 1)).slice(1));
    }
  }
  return contestants.map(({ name }, i) => ({ name, times: times[i]! }));
}

/** A contestant that runs in this process. */
export function local(name: string, runs: number, work: () => Promise<void>): Contestant {
  return {
    name,
    runs,
    async measure(count) {
      const times: number[] = [];
      for (let i = 0; i < count; i++) {
        const start = performance.now();
        await work();
        times.push(performance.now() - start);
      }
      return times;
    },
  };
}
