import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fixture from "../../fixtures/comparisons.json" with { type: "json" };
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import { correctedTTest } from "@ctsurv/survival/comparisons/corrected_t_test.ts";
import {
  compareFolds,
  compareRepeats,
  concordance,
  concordanceInterval,
  foldScores,
  pairedBootstrap,
  summariseScores,
  summariseSeeds,
  type SurvivalPredictions,
} from "@ctsurv/survival/mod.ts";

/** The same patients for every model; `noise` makes it worse. */
function model(seed: number, noise: number, patients = 120): SurvivalPredictions {
  const [cohort, random] = [createRandom(2, "cohort"), createRandom(seed, "model")];
  const risk = Array.from({ length: patients }, () => cohort.normal());
  const months = risk.map((r) => Math.min(24, -20 * Math.exp(-r) * Math.log(1 - cohort.uniform())));
  const event = months.map((t) => Number(t < 24));
  return { times: [24], months, event, survival: risk.map((r) => [Math.exp(-Math.exp(r + noise * random.normal()))]) };
}

Deno.test("pairedBootstrap() finds a better model, and no difference to itself", () => {
  const [good, bad] = [model(1, .3), model(2, 6)];
  const better = pairedBootstrap(good, bad)!;
  assertAlmostEquals(better.difference, concordance(good).value! - concordance(bad).value!, 1e-12);
  assert(better.low > 0 && better.p < .05 && better.replicates === 1000);
  const worse = pairedBootstrap(bad, good)!;
  assertEquals([worse.difference, worse.p], [-better.difference, better.p]);
  assertAlmostEquals(worse.low, -better.high, 1e-12);
  assertEquals(pairedBootstrap(good, good), { difference: 0, low: 0, high: 0, level: .95, p: 1, replicates: 1000 });
});

Deno.test("pairedBootstrap() is narrower than the intervals of both models apart", () => {
  const one = model(1, 1);
  const shifted = { ...one, survival: one.survival.map((row, i) => i % 10 === 0 ? [.5] : row) };
  const { low, high } = pairedBootstrap(one, shifted)!;
  const alone = concordanceInterval(one)!;
  assert(high - low < (alone.high - alone.low) / 2);
});

Deno.test("pairedBootstrap() gives the interval and the two-sided p of another program's bootstrap", () => {
  const { months, event, first, second, ...expected } = fixture.bootstrap;
  const predictions = (survival: readonly number[]) => ({
    times: [24],
    months,
    event,
    survival: survival.map((s) => [s]),
  });
  const { difference, low, high, p } = pairedBootstrap(predictions(first), predictions(second), { replicates: 4000 })!;
  assertAlmostEquals(difference, expected.difference, 1e-11);
  // Two ways to draw samples: four standard errors of a p from 4000 of them are 0.05.
  assertAlmostEquals(p, expected.twoSidedP, 0.05, `p is ${p}, two-sided it is ${expected.twoSidedP}`);
  assert(expected.twoSidedP - expected.oneSidedP > 0.2);
  assertAlmostEquals(low, expected.low, 0.01);
  assertAlmostEquals(high, expected.high, 0.01);
});

Deno.test("pairedBootstrap() gives 2 / (1 + samples) for models that every sample tells apart, whichever is first", () => {
  const good = model(1, 0);
  const bad = { ...good, survival: good.survival.map((row) => [1 - row[0]!]) };
  for (const [first, second] of [[good, bad], [bad, good]] as const) {
    assertEquals(pairedBootstrap(first, second, { replicates: 199 })!.p, 2 / 200);
  }
});

Deno.test("pairedBootstrap() says p below 0.05 of equally good models about one time in twenty", () => {
  const seeds = Array.from({ length: 60 }, (_, k) => k);
  const found = seeds.filter((seed) =>
    pairedBootstrap(model(2 * seed, 1, 60), model(2 * seed + 1, 1, 60), { replicates: 200 })!.p < .05
  );
  assert(found.length >= 1 && found.length <= 9, `${found.length} of 60`);
});

Deno.test("pairedBootstrap() refuses other patients, and is null where no pair can be compared", () => {
  const good = model(1, 1, 5);
  assertThrows(() => pairedBootstrap(good, model(1, 1, 4)), InputError, "have 5 and 4 patients; they need the same");
  const other = { ...good, months: Array.from(good.months, (t, i) => i === 2 ? t + 1 : t) };
  assertThrows(() => pairedBootstrap(good, other), InputError, "Patient 3 of 5 has");
  const alive = { ...good, event: [0, 0, 0, 0, 0] };
  assertEquals(pairedBootstrap(alive, alive), null);
});

Deno.test("correctedTTest() of a worked example, and without the correction the paired t-test", () => {
  const differences = [.02, .01, .03, -.01, .02, .04, 0, .01, .02, .01];
  const { difference, statistic, degreesOfFreedom, p, standardError } = correctedTTest(differences, 1 / 9);
  // scipy.stats.ttest_1samp gives 3.3084657994 of them; the correction divides by sqrt(1 + 10 / 9).
  assertAlmostEquals(difference, .015, 1e-12);
  assertAlmostEquals(statistic, 3.3084657994221343 / Math.sqrt(1 + 10 / 9), 1e-9);
  assertAlmostEquals(standardError, difference / statistic, 1e-15);
  assertEquals(degreesOfFreedom, 9);
  assertAlmostEquals(p, .04879793444448794, 1e-12); // 2 * scipy.stats.t.sf(statistic, 9)
});

Deno.test("correctedTTest() of equal models has no p, of a constant difference p 0", () => {
  assert(Number.isNaN(correctedTTest([0, 0, 0], 1 / 2).p));
  assertEquals(correctedTTest([.1, .1, .1], 1 / 2).p, 0);
  assertThrows(() => correctedTTest([.1], 1), InputError, "two or more differences, not 1");
  assertThrows(() => correctedTTest([.1, NaN], 1), InputError, "not NaN");
  for (const ratio of [0, -1, NaN, Infinity]) {
    assertThrows(() => correctedTTest([.1, .2], ratio), InputError, `not ${ratio}`);
  }
});

Deno.test("summariseScores() gives both standard deviations", () => {
  const { count, mean, populationDeviation, sampleDeviation } = summariseScores([.6, .7, .8, .5]);
  assertEquals(count, 4);
  assertAlmostEquals(mean, .65, 1e-15);
  assertAlmostEquals(populationDeviation, Math.sqrt(.0125), 1e-15);
  assertAlmostEquals(sampleDeviation!, Math.sqrt(.05 / 3), 1e-15);
  assertEquals(summariseScores([.6]).sampleDeviation, null);
  assertThrows(() => summariseScores([]), InputError, "no score to summarise");
});

Deno.test("summariseSeeds() keeps the spread of folds from that of seeds", () => {
  const { betweenSeeds, withinSeeds } = summariseSeeds([[.5, .7], [.4, .8]]);
  assertAlmostEquals(betweenSeeds.populationDeviation, 0, 1e-15);
  assertAlmostEquals(withinSeeds[1]!.populationDeviation, .2, 1e-15);
});

Deno.test("foldScores() evaluates each fold by itself, and compareFolds() those that both models have", () => {
  const [good, bad] = [model(1, .3), model(2, 6)];
  // The last fold has one patient, hence no pair.
  const fold = Array.from(good.months, (_, i) => i === 119 ? "e" : "abcd"[i % 4]!);
  const scores = foldScores(good, fold);
  assertEquals(scores.folds.map(({ fold, patients }) => [fold, patients]), [
    ["a", 30],
    ["b", 30],
    ["c", 30],
    ["d", 29],
    [
      "e",
      1,
    ],
  ]);
  assertEquals([scores.folds[4]!.value, scores.summary!.count], [null, 4]);
  const own = [...fold.keys()].filter((i) => fold[i] === "b");
  const pick = <T>(values: ArrayLike<T>) => own.map((i) => values[i]!);
  const alone = concordance({
    times: [24],
    months: pick(good.months),
    event: pick(good.event),
    survival: pick(good.survival),
  });
  assertEquals(scores.folds[1]!.value, alone.value);
  const { difference, degreesOfFreedom } = compareFolds(scores, foldScores(bad, fold))!;
  assert(difference > 0 && degreesOfFreedom === 3);
  assertEquals(compareFolds(foldScores(good, fold.map(() => "e")), scores), null);
});

type Pair = Parameters<typeof compareFolds>;

Deno.test("compareRepeats() tests the differences of all folds of all repetitions together", () => {
  const scores = (values: readonly (number | null)[]) => ({
    folds: values.map((value, i) => ({ fold: `${i + 1}`, patients: 8 + i, value })),
    summary: null,
  });
  const first = [scores([.6, .7, .65]), scores([.62, null, .61])],
    second = [scores([.5, .66, .6]), scores([.6, .5, .5])];
  const [a, b]: [Pair, Pair] = [[first[0]!, second[0]!], [first[1]!, second[1]!]];
  assertEquals(compareRepeats([a]), compareFolds(...a));
  const together = compareRepeats([a, b])!;
  assertEquals(together.degreesOfFreedom, 4);
  assertAlmostEquals(together.difference, (.1 + .04 + .05 + .02 + .11) / 5, 1e-12);
  const ratio = (8 / 19 + 9 / 18 + 10 / 17 + 8 / 19 + 10 / 17) / 5;
  const differences = [.1, .04, .05, .02, .11];
  const variance = differences.reduce((sum, d) => sum + (d - together.difference) ** 2, 0) / 4;
  assertAlmostEquals(together.standardError, Math.sqrt((1 / 5 + ratio) * variance), 1e-12);
  assertEquals(compareRepeats([]), null);
});

for (const [sizes, expected] of Object.entries(fixture.folds)) {
  Deno.test(`compareFolds() is the corrected t-test by SciPy's t distribution, over folds ${sizes}`, () => {
    const scores = (values: readonly (number | null)[]) => ({
      folds: expected.patients.map((patients, k) => ({ fold: `${k + 1}`, patients, value: values[k]! })),
      summary: null,
    });
    const test = compareFolds(scores(expected.first), scores(expected.second))!;
    assertEquals(test.degreesOfFreedom, expected.degreesOfFreedom);
    for (const name of ["difference", "standardError", "statistic", "p"] as const) {
      assertAlmostEquals(test[name], expected[name], 1e-9, `${name}: ${test[name]}, not ${expected[name]}`);
    }
  });
}
