import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import { monthsOfThirtyDays } from "@ctsurv/survival/concordance/_reading.ts";
import { pairCounterWithinFolds, takePatients } from "@ctsurv/survival/concordance/_count_within_folds.ts";
import {
  bootstrap,
  concordance,
  concordanceInterval,
  concordanceWithinFolds,
  concordanceWithinFoldsInterval,
  type CtdLookup,
  type CtdVariant,
  ctdWithinFolds,
  daysToMonths,
  pairedBootstrap,
} from "@ctsurv/survival/mod.ts";
import { randomCohort } from "../random_cohort.ts";
import { withinFoldsCohort, withinFoldsRows } from "../within_folds_cohorts.ts";

/** A cohort of many patients and deaths. */
const MANY = [...Array(100).keys()].find((seed) => {
  const { months, event } = randomCohort(seed);
  return months.length > 25 && event.filter((one) => one === 1).length > 15;
})!;

const variants: readonly CtdVariant[] = ["risk", "antolini", "adj_antolini", "lab", "authors"];
const readings = (["pre", "post"] as const satisfies CtdLookup[]).flatMap((lookup) =>
  variants.map((variant) => ({ lookup, variant }))
);

Deno.test("concordanceWithinFolds() agrees with scikit-survival's concordance of each fold, summed", () => {
  let tied = 0;
  for (const row of withinFoldsRows) {
    const { concordant, comparable } = concordanceWithinFolds(withinFoldsCohort(row), row.folds);
    assertEquals([concordant, comparable], row.ctd);
    if (concordant % 1 !== 0) tied++;
  }
  assert(tied > 3, `${tied}`);
});

Deno.test("concordance() under authors agrees with loops over sums of bins, also within folds", () => {
  for (const row of withinFoldsRows) {
    const predictions = withinFoldsCohort(row);
    const { concordant, comparable } = concordance(predictions, { variant: "authors" });
    assertEquals([concordant, comparable], row.authors);
    const within = concordanceWithinFolds(predictions, row.folds, { variant: "authors" });
    assertEquals([within.concordant, within.comparable], row.authorsWithinFolds);
  }
  const first = (month: number) => withinFoldsRows.filter(({ months }) => months.some((m) => m < month)).length;
  assert(first(.98) > 3 && first(1.97) > 8, "no death of month 0 or 1, which the authors read in their own way");
});

Deno.test("concordance() under authors takes 300 days for ten months, whatever the last digit of the months", () => {
  for (let day = 0; day < 2000; day++) {
    for (const off of [-1e-12, 0, 1e-12]) {
      assertEquals(monthsOfThirtyDays(Math.max(0, daysToMonths(day) + off)), Math.floor(day / 30), `${day}`);
    }
  }
});

Deno.test("concordance() under authors: deaths of the first month never score, curves that differ in the own month tie", () => {
  const followUp = { times: [0, 1, 2, 3], event: [1, 0] };
  const value = (months: number, own: number[], other: number[]) =>
    concordance({ ...followUp, months: [months, 24], survival: [own, other] }, { variant: "authors" }).value;
  assertEquals(value(1.2, [1, .1, .1, .1], [1, .9, .9, .9]), 0);
  assertEquals(value(2.2, [1, .1, .1, .1], [1, .9, .9, .9]), 1);
  assertEquals(value(2.2, [1, .9, .1, .1], [1, .9, .9, .9]), 0);
  // Month 0: the sum of all bins but the last.
  assertEquals(value(.2, [1, .9, .1, .1], [1, .9, .9, .1]), 1);
  assertEquals(value(.2, [1, .9, .5, .1], [1, .9, .5, .9]), 0);
});

Deno.test("concordanceWithinFolds() of one fold is concordance(), and of folds of one patient has no pair", () => {
  for (let seed = 0; seed < 50; seed++) {
    const cohort = randomCohort(seed);
    for (const reading of readings) {
      assertEquals(concordanceWithinFolds(cohort, cohort.months.map(() => 1), reading), concordance(cohort, reading));
    }
    const alone = concordanceWithinFolds(cohort, cohort.months.map((_, i) => i));
    assertEquals(alone, { value: null, concordant: 0, comparable: 0 });
  }
});

Deno.test("concordanceWithinFolds() is the sum of the folds by themselves, in every reading", () => {
  for (let seed = 0; seed < 60; seed++) {
    const cohort = randomCohort(seed);
    const random = createRandom(seed, "folds");
    const folds = cohort.months.map(() => `fold ${random.integer(1, 3)}`);
    for (const reading of readings) {
      let concordant = 0, comparable = 0;
      for (const fold of new Set(folds)) {
        const members = [...folds.keys()].filter((i) => folds[i] === fold);
        const own = concordance(takePatients(cohort, members), reading);
        concordant += own.concordant;
        comparable += own.comparable;
      }
      const within = concordanceWithinFolds(cohort, folds, reading);
      assertEquals([within.concordant, within.comparable], [concordant, comparable]);
      assertEquals(within.value, comparable === 0 ? null : concordant / comparable);
    }
  }
});

Deno.test("pairCounterWithinFolds() weighs patients and anchors by their place among all", () => {
  const cohort = randomCohort(7);
  const folds = cohort.months.map((_, i) => i % 2);
  const weight = cohort.months.map((_, i) => i % 2 === 0 ? 1 : 0);
  const even = [...folds.keys()].filter((i) => folds[i] === 0);
  const { concordant, comparable } = concordance(takePatients(cohort, even));
  const count = pairCounterWithinFolds(cohort, folds);
  assertEquals(count({ patient: weight }), { concordant, comparable });
  assertEquals(count({ anchor: weight }), { concordant, comparable });
});

Deno.test("concordanceWithinFolds() of one constant curve a fold is 0.5, where the pooled Ctd is far below", () => {
  const months = Array.from({ length: 40 }, (_, i) => 1 + i / 2);
  const folds = months.map((_, i) => Math.floor(i / 10));
  const survival = folds.map((fold) => [.9 - fold / 10]); // The earlier a fold's deaths, the later it predicts them.
  const predictions = { times: [24], months, event: months.map(() => 1), survival };
  assertEquals(concordanceWithinFolds(predictions, folds).value, .5);
  assert(concordance(predictions).value! < .2);
});

Deno.test("concordanceWithinFoldsInterval() draws patients within their folds", () => {
  const cohort = randomCohort(MANY);
  const folds = cohort.months.map((_, i) => i % 3);
  const random = createRandom(42, "concordance-interval");
  const values: number[] = [];
  for (let replicate = 0; replicate < 200; replicate++) {
    const drawn = new Uint32Array(folds.length);
    for (const fold of [0, 1, 2]) {
      const members = [...folds.keys()].filter((i) => folds[i] === fold);
      for (const _ of members) drawn[members[random.integer(0, members.length - 1)]!]!++;
    }
    const { concordant, comparable } = pairCounterWithinFolds(cohort, folds)({ patient: drawn });
    if (comparable > 0) values.push(concordant / comparable);
  }
  values.sort((a, b) => a - b);
  const at = (q: number) => {
    const k = q * (values.length - 1), below = Math.floor(k);
    return values[below]! + (k - below) * ((values[below + 1] ?? values[below])! - values[below]!);
  };
  const { low, high, replicates } = concordanceWithinFoldsInterval(cohort, folds, { replicates: 200 })!;
  assertEquals(replicates, values.length);
  assertAlmostEquals(low, at(.025), 1e-12);
  assertAlmostEquals(high, at(.975), 1e-12);
});

Deno.test("bootstrap() with strata draws as many of each group as there are, and without draws as before", () => {
  const strata = ["a", "b", "a", "a", "b"];
  bootstrap(5, "strata", (drawn) => {
    assertEquals(drawn[0]! + drawn[2]! + drawn[3]!, 3);
    assertEquals(drawn[1]! + drawn[4]!, 2);
    return 0;
  }, { strata, replicates: 50 });
  const cohort = randomCohort(MANY);
  const { low, high } = concordanceInterval(cohort, { replicates: 50 })!;
  const one = concordanceWithinFoldsInterval(cohort, cohort.months.map(() => 1), { replicates: 50 })!;
  assertEquals([low, high], [one.low, one.high]);
});

Deno.test("ctdWithinFolds() holds value, interval and pairs of every reading, or no intervals", () => {
  const cohort = randomCohort(MANY);
  const folds = cohort.months.map((_, i) => i % 3);
  const table = ctdWithinFolds(cohort, folds, { replicates: 40 });
  assertEquals(Object.keys(table), ["pre", "post"]);
  for (const { lookup, variant } of readings) {
    const { value, comparable } = concordanceWithinFolds(cohort, folds, { lookup, variant });
    const { low, high } = concordanceWithinFoldsInterval(cohort, folds, { lookup, variant, replicates: 40 })!;
    assertEquals(table[lookup][variant], { value, interval: { low, high }, comparable });
  }
  const { pre } = ctdWithinFolds(cohort, folds, { replicates: 0 });
  assertEquals(pre.risk.interval, null);
});

Deno.test("pairedBootstrap() within folds is the difference of both models' Ctd within folds", () => {
  const cohort = randomCohort(MANY);
  const other = { ...cohort, survival: randomCohort(MANY).survival.toReversed() };
  const folds = cohort.months.map((_, i) => i % 3);
  const options = { folds, replicates: 200 };
  const { difference, low, high, p } = pairedBootstrap(cohort, other, options)!;
  const [a, b] = [concordanceWithinFolds(cohort, folds).value!, concordanceWithinFolds(other, folds).value!];
  assertAlmostEquals(difference, a - b, 1e-12);
  assert(low < difference && difference < high && p > 0);
  const turned = pairedBootstrap(other, cohort, options)!;
  assertAlmostEquals(turned.difference, -difference, 1e-12);
  assertAlmostEquals(turned.p, p, 1e-12);
  assert(pairedBootstrap(cohort, other, { replicates: 200 })!.difference !== difference);
});

Deno.test("Ctd within folds refuses patients without a fold", () => {
  const cohort = randomCohort(MANY);
  const few = [1, 2, 3];
  for (const compute of [concordanceWithinFolds, concordanceWithinFoldsInterval, ctdWithinFolds]) {
    assertThrows(() => compute(cohort, few), InputError, `${cohort.months.length} patients and 3 folds`);
  }
  assertThrows(() => pairedBootstrap(cohort, cohort, { folds: few }), InputError, "and 3 folds");
});
