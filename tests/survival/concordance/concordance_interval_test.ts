import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import {
  concordance,
  concordanceInterval,
  type ConcordanceIntervalOptions,
  type SurvivalPredictions,
} from "@ctsurv/survival/mod.ts";

/** Deaths and censorings of whole months, so that patients tie; `signal` from 0 (noise) to 1 (perfect order). */
function cohort(patients: number, signal: number): SurvivalPredictions {
  const random = createRandom(11, "interval", patients);
  const months = Array.from({ length: patients }, () => random.integer(1, 24));
  const event = months.map(() => Number(random.uniform() < .7));
  return {
    times: [24],
    months,
    event,
    // One who dies in a month does so before one who was last seen in it.
    survival: months.map((m, i) => [signal * (m - event[i]! / 2) / 24 + (1 - signal) * random.uniform()]),
  };
}

Deno.test("concordanceInterval() holds the point estimate, narrows with patients and widens with the level", () => {
  const width = (patients: number, options?: ConcordanceIntervalOptions) => {
    const predictions = cohort(patients, .4);
    const { low, high } = concordanceInterval(predictions, { replicates: 300, ...options })!;
    const value = concordance(predictions).value!;
    assert(low < value && value < high);
    return high - low;
  };
  assert(width(240) < .7 * width(40));
  assert(width(40, { level: .5 }) < .6 * width(40));
});

Deno.test("concordanceInterval() is that of patients drawn with replacement, never paired with their copies", () => {
  const predictions = cohort(20, .4);
  const random = createRandom(5, "concordance-interval");
  const values: number[] = [];
  for (let replicate = 0; replicate < 200; replicate++) {
    const drawn = Array.from({ length: 20 }, () => random.integer(0, 19));
    let concordant = 0, comparable = 0;
    for (const i of drawn) {
      for (const j of drawn) {
        if (i === j) continue;
        const pair = concordance({
          times: [24],
          months: [predictions.months[i]!, predictions.months[j]!],
          event: [predictions.event[i]!, predictions.event[j]!],
          survival: [predictions.survival[i]!, predictions.survival[j]!],
        }, { variant: "adj_antolini" });
        concordant += pair.concordant;
        comparable += pair.comparable;
      }
    }
    values.push(concordant / comparable);
  }
  values.sort((a, b) => a - b);
  // 199 * 0.025 = 4.975 lies between the fifth and sixth smallest.
  const low = values[4]! + .975 * (values[5]! - values[4]!);
  const high = values[194]! + .025 * (values[195]! - values[194]!);
  const interval = concordanceInterval(predictions, { variant: "adj_antolini", replicates: 200, seed: 5 })!;
  assertAlmostEquals(interval.low, low, 1e-12);
  assertAlmostEquals(interval.high, high, 1e-12);
  assertEquals([interval.level, interval.replicates], [.95, 200]);
});

Deno.test("concordanceInterval() of a perfect model is a point", () => {
  const interval = concordanceInterval(cohort(30, 1), { replicates: 50 });
  assertEquals(interval, { low: 1, high: 1, level: .95, replicates: 50 });
});

Deno.test("concordanceInterval() depends on nothing but the seed", () => {
  const predictions = cohort(40, .4);
  const interval = (seed: number) => concordanceInterval(predictions, { replicates: 50, seed });
  assertEquals(interval(1), interval(1));
  assert(interval(1)!.low !== interval(2)!.low);
});

Deno.test("concordanceInterval() leaves out samples without a pair, and is null if all are", () => {
  const two = { times: [1], months: [1, 2], event: [1, 0], survival: [[.2], [.8]] };
  const { low, high, replicates } = concordanceInterval(two, { replicates: 100 })!;
  assertEquals([low, high], [1, 1]);
  assert(replicates > 20 && replicates < 80);
  assertEquals(concordanceInterval({ ...two, event: [0, 0] }, { replicates: 10 }), null);
  assertEquals(concordanceInterval({ times: [1], months: [], event: [], survival: [] }, { replicates: 10 }), null);
});

Deno.test("concordanceInterval() refuses a level outside (0, 1) and no replicates", () => {
  for (const level of [0, 1, NaN]) {
    assertThrows(() => concordanceInterval(cohort(5, 1), { level }), InputError, `not ${level}`);
  }
  for (const replicates of [0, 1.5]) {
    assertThrows(() => concordanceInterval(cohort(5, 1), { replicates }), InputError, `not ${replicates}`);
  }
});
