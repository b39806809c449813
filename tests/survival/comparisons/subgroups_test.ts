import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import { compareSubgroups, type SurvivalPredictions } from "@ctsurv/survival/mod.ts";
import { pairScores } from "../concordance/pair_scores.ts";

/** Patients whose prediction follows their hazard by as much as `signal` of their level says. */
function cohort(patients: number, seed: number, signal: readonly number[]) {
  const random = createRandom(seed, "subgroups");
  const rows = Array.from({ length: patients }, (_, i) => {
    const risk = random.normal();
    const months = -Math.log(random.between(0, 1)) / (.03 * Math.exp(risk));
    const score = signal[i % signal.length]! * risk + random.normal();
    return { months: Math.min(months, 24), event: months < 24 ? 1 : 0, survival: [1 / (1 + Math.exp(score))] };
  });
  const predictions: SurvivalPredictions = {
    times: [24],
    survival: rows.map(({ survival }) => survival),
    months: rows.map(({ months }) => months),
    event: rows.map(({ event }) => event),
  };
  return { predictions, level: rows.map((_, i) => `${i % signal.length}`) };
}

Deno.test("compareSubgroups() counts the pairs of one level and one fold, and their influence, as a loop over the pairs does", () => {
  const { predictions, level } = cohort(80, 1, [1, 0]);
  const folds = level.map((_, i) => `${Math.floor(i / 7)}`);
  const { subgroups } = compareSubgroups(predictions, level, { folds, replicates: 0 });
  for (const { level: name, ctd, patients, interval, variance } of subgroups) {
    let concordant = 0, comparable = 0;
    const own = new Map<number, [comparable: number, concordant: number]>();
    for (const [i, pairs] of [...pairScores(predictions)].entries()) {
      for (const j of level.keys()) {
        if (level[i] !== name || level[j] !== name || folds[i] !== folds[j]) continue;
        comparable += pairs.comparable[j]!;
        concordant += pairs.doubled[j]! / 2;
        for (const one of [i, j]) {
          const [n, c] = own.get(one) ?? [0, 0];
          own.set(one, [n + pairs.comparable[j]!, c + pairs.doubled[j]! / 2]);
        }
      }
    }
    assertEquals([ctd.concordant, ctd.comparable, patients, interval], [concordant, comparable, 40, null]);
    let sum = 0;
    for (const [n, c] of own.values()) sum += ((c - concordant / comparable * n) / comparable) ** 2;
    assertAlmostEquals(variance!, sum, 1e-12);
    assert(comparable > 20);
  }
});

Deno.test("compareSubgroups() finds a model that works in one level only, and says by how much", () => {
  const { predictions, level } = cohort(400, 2, [2, 0]);
  const { interaction, subgroups } = compareSubgroups(predictions, level, { replicates: 200 });
  const { difference, p, statistic, degreesOfFreedom } = interaction!;
  assert(p < .001, `${p}`);
  assertEquals(degreesOfFreedom, 1);
  const [first, second] = subgroups;
  assertAlmostEquals(difference!.difference, first!.ctd.value! - second!.ctd.value!, 1e-12);
  assertAlmostEquals(statistic, difference!.difference ** 2 / (first!.variance! + second!.variance!), 1e-9);
  assert(difference!.low > 0 && difference!.high < .6);
  assert(first!.interval!.low < first!.ctd.value! && first!.interval!.high > first!.ctd.value!);
});

Deno.test("compareSubgroups(): where levels do not differ, the test says so about as often as it should", () => {
  const cohorts = 200;
  for (const folds of [undefined, Array.from({ length: 120 }, (_, i) => i % 7)]) {
    const found = Array.from({ length: cohorts }, (_, seed) => {
      const { predictions, level } = cohort(120, 1000 + seed, [.7, .7]);
      return compareSubgroups(predictions, level, { folds, replicates: 0 }).interaction!.p;
    });
    const below = (p: number) => found.filter((one) => one < p).length / cohorts;
    // Three standard errors around 5 %, and around half.
    assert(below(.05) > .01 && below(.05) < .1, `${below(.05)} of p are below 0.05`);
    assert(below(.5) > .39 && below(.5) < .61, `${below(.5)} of p are below 0.5`);
  }
});

Deno.test("compareSubgroups() names small levels, leaves them out of the test, and counts those of no level", () => {
  const { predictions, level } = cohort(100, 3, [1, 1]);
  const levels = level.map((name, i) => i < 6 ? "rare" : i < 9 ? null : name);
  const { subgroups, unknown, interaction } = compareSubgroups(predictions, levels, { replicates: 50 });
  assertEquals(subgroups.map(({ level, isSmall }) => [level, isSmall]), [["0", false], ["1", false], ["rare", true]]);
  assertEquals(unknown, 3);
  assertEquals(interaction!.levels, ["0", "1"]);
  const alone = compareSubgroups(predictions, levels, { replicates: 50, fewestDeaths: 1000 });
  assertEquals(alone.interaction, null);
});

Deno.test("compareSubgroups() has no Ctd for one patient, and refuses lists of another length", () => {
  const { predictions, level } = cohort(20, 4, [1]);
  const { subgroups } = compareSubgroups(predictions, level.map((name, i) => i === 0 ? "single" : name), {
    replicates: 20,
  });
  const single = subgroups.find(({ level }) => level === "single")!;
  assertEquals([single.ctd.value, single.interval], [null, null]);
  assertThrows(() => compareSubgroups(predictions, ["a"]), InputError, "20 patients and 1");
  assertThrows(() => compareSubgroups(predictions, level, { folds: ["1"] }), InputError, "needs a fold");
});
