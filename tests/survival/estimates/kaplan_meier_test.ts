import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { stepAt } from "@ctsurv/survival/follow_up/predictions.ts";
import { atRisk, kaplanMeier, kaplanMeierAt, logRank } from "@ctsurv/survival/mod.ts";
import { randomCohort } from "../random_cohort.ts";

/** survival.md 3.2 */
const six = { months: [1, 2, 2, 3, 4, 5], event: [1, 1, 0, 1, 0, 1] };
const near = (actual: Iterable<number>, expected: readonly number[], tolerance = 1e-7) => {
  const numbers = [...actual];
  assertEquals(numbers.length, expected.length);
  expected.forEach((value, k) => assertAlmostEquals(numbers[k]!, value, tolerance));
};

Deno.test("kaplanMeier() of the worked example, with its log-log interval", () => {
  const curve = kaplanMeier(six);
  assertEquals([...curve.times], [1, 2, 3, 4, 5]);
  near(curve.survival, [5 / 6, 2 / 3, 4 / 9, 4 / 9, 0]);
  near([curve.low[1]!, curve.high[1]!], [.1946167, .9044342]);
  assertEquals([[...curve.atRisk], [...curve.deaths], [...curve.censored]], [[6, 5, 3, 2, 1], [1, 1, 1, 0, 1], [
    0,
    1,
    0,
    1,
    0,
  ]]);
  assert(Number.isNaN(curve.low[4]) && Number.isNaN(curve.high[4]), "of survival 0 no interval is known");
});

Deno.test("kaplanMeier() without deaths stays at 1, and of nobody is empty", () => {
  const curve = kaplanMeier({ months: [3, 1], event: [0, 0] });
  assertEquals([[...curve.survival], [...curve.low], [...curve.high]], [[1, 1], [1, 1], [1, 1]]);
  assertEquals(kaplanMeier({ months: [], event: [] }).times.length, 0);
});

Deno.test("kaplanMeierAt() knows nothing after the last follow-up, unless everybody died", () => {
  const lost = kaplanMeier({ months: [3, 9], event: [1, 0] });
  assertEquals([0, 2.9, 3, 9].map((t) => kaplanMeierAt(lost, t)?.survival), [1, 1, .5, .5]);
  assertEquals([9.001, 24].map((t) => kaplanMeierAt(lost, t)), [null, null]);
  assertEquals(kaplanMeierAt(kaplanMeier(six), 24), { survival: 0, low: null, high: null });
  assertEquals(kaplanMeierAt(kaplanMeier({ months: [], event: [] }), 0), null);
});

Deno.test("kaplanMeier() intervals widen with the level", () => {
  const [narrow, wide] = [kaplanMeier(six, { level: .5 }), kaplanMeier(six, { level: .99 })];
  for (let k = 0; k < 4; k++) {
    assert(wide.low[k]! < narrow.low[k]! && narrow.low[k]! < narrow.survival[k]!);
    assert(wide.high[k]! > narrow.high[k]! && narrow.high[k]! > narrow.survival[k]!);
  }
  for (const level of [0, 1, NaN]) assertThrows(() => kaplanMeier(six, { level }), InputError, `not ${level}`);
});

Deno.test("kaplanMeier() depends on the order of times only, and not on that of patients", () => {
  for (let seed = 0; seed < 50; seed++) {
    const { months, event } = randomCohort(seed);
    const { survival, low, atRisk } = kaplanMeier({ months, event });
    const other = kaplanMeier({ months: months.map((t) => Math.exp(t) + 3).reverse(), event: event.toReversed() });
    assertEquals([other.survival, other.low, other.atRisk], [survival, low, atRisk]);
  }
});

Deno.test("stepAt() jumps at its times, or after them on the side before", () => {
  const read = (t: number, side: "at" | "before") => stepAt([1, 2], [.5, .2], t, { side });
  assertEquals([.9, 1, 1.5, 2, 9].map((t) => read(t, "at")), [1, .5, .5, .2, .2]);
  assertEquals([.9, 1, 1.5, 2, 9].map((t) => read(t, "before")), [1, 1, .5, .5, .2]);
});

Deno.test("atRisk() counts who is observed until a time or longer", () => {
  assertEquals(atRisk(six, [0, 1, 2, 2.5, 5, 6]), [6, 6, 5, 3, 1, 0]);
});

const groups = [{ months: [2, 4, 6, 8, 10], event: [1, 1, 0, 1, 0] }, {
  months: [1, 2, 3, 5, 7],
  event: [1, 1, 1, 0, 1],
}];

Deno.test("logRank() of the worked example", () => {
  const { statistic, p, observed, expected, degreesOfFreedom } = logRank(groups);
  near([statistic, p, expected[0]!, expected[1]!], [1.6755155, .1955214, 4.5158730, 2.4841270]);
  assertEquals([observed, degreesOfFreedom], [[3, 4], 1]);
});

Deno.test("logRank() does not depend on the order of groups or patients, or on monotone transforms of time", () => {
  for (let seed = 0; seed < 50; seed++) {
    const { months, event } = randomCohort(seed);
    if (months.length < 6) continue;
    const split = (parts: number, time: (t: number) => number) =>
      Array.from({ length: parts }, (_, g) => ({
        months: months.filter((_, i) => i % parts === g).map(time),
        event: event.filter((_, i) => i % parts === g),
      }));
    const one = logRank(split(3, (t) => t));
    const other = logRank(
      split(3, (t) => t ** 3).reverse().map(({ months, event }) => ({
        months: months.reverse(),
        event: event.reverse(),
      })),
    );
    if (Number.isNaN(one.statistic)) assert(Number.isNaN(other.statistic));
    else assertAlmostEquals(other.statistic, one.statistic, 1e-9);
    assertEquals(other.degreesOfFreedom, one.degreesOfFreedom);
  }
});

Deno.test("logRank() of nothing to compare has no statistic, and counts only groups that were at risk", () => {
  for (const event of [[0, 0], [1, 1]]) {
    const { statistic, p, degreesOfFreedom } = logRank([{ months: [2, 2], event }, { months: [2, 2], event }]);
    assert(Number.isNaN(statistic) && Number.isNaN(p));
    assertEquals(degreesOfFreedom, 0);
  }
  const early = { months: [.5, .5], event: [0, 0] };
  const [two, three] = [logRank(groups), logRank([...groups, early])];
  assertEquals(three.degreesOfFreedom, 1);
  assertAlmostEquals(three.p, two.p, 1e-12);
});

Deno.test("logRank() refuses one group, or an empty one", () => {
  assertThrows(() => logRank([six]), InputError, "two or more groups, not 1");
  assertThrows(() => logRank([six, { months: [], event: [] }]), InputError, "Group 2 of 2 has no patients");
});
