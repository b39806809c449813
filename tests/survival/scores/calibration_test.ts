import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import {
  calibrationCurve,
  calibrationIndex,
  dCalibration,
  riskGroups,
  type SurvivalPredictions,
} from "@ctsurv/survival/mod.ts";
import { randomCohort } from "../random_cohort.ts";

/** Deaths drawn from the very curves that are predicted, to the power `bend`; censored at random. */
function calibrated(patients: number, bend = 1): SurvivalPredictions {
  const random = createRandom(8, "calibrated");
  const times = Array.from({ length: 48 }, (_, k) => k + 1);
  const rates = Array.from({ length: patients }, () => Math.exp(random.normal()) / 30);
  const deaths = rates.map((rate) => -Math.log(1 - random.uniform()) / rate);
  const ends = rates.map(() => random.between(10, 60));
  return {
    times,
    survival: rates.map((rate) => times.map((t) => Math.exp(-bend * rate * t))),
    months: deaths.map((t, i) => Math.min(t, ends[i]!)),
    event: deaths.map((t, i) => Number(t < ends[i]!)),
  };
}

Deno.test("dCalibration() of the worked example", () => {
  const survival = [.9, .55, .3, .72, .1, .65].map((s) => [s]);
  const cohort = { times: [1], months: Array(6).fill(1), event: [1, 1, 1, 0, 1, 0], survival };
  const { bins, statistic, p } = dCalibration(cohort, { bins: 5 });
  [1.5854701, 1.5854701, 1.5854701, .2435897, 1].forEach((count, k) => assertAlmostEquals(bins[k]!, count, 1e-7));
  assertAlmostEquals(statistic, 1.1670684, 1e-7);
  assertAlmostEquals(p, .8834902, 1e-7);
});

Deno.test("dCalibration() tells calibrated curves from others, and every patient counts one", () => {
  assert(dCalibration(calibrated(2000)).p > .01);
  assert(dCalibration(calibrated(2000, 1.3)).p < 1e-6);
  const { bins } = dCalibration(calibrated(2000));
  assertAlmostEquals(bins.reduce((sum, count) => sum + count, 0), 2000, 1e-8);
});

Deno.test("dCalibration() takes those followed beyond the grid as alive at its end", () => {
  const cohort = { times: [2], survival: [[.5]] };
  const beyond = dCalibration({ ...cohort, months: [3], event: [1] });
  assertEquals(beyond, dCalibration({ ...cohort, months: [2], event: [0] }));
  assert(beyond.bins[0] !== dCalibration({ ...cohort, months: [2], event: [1] }).bins[0]);
});

Deno.test("dCalibration() puts survival 0 and 1 in the first and last bin, and has no p of nobody", () => {
  const at = (s: number, event: number) =>
    dCalibration({ times: [1], months: [1], event: [event], survival: [[s]] }, { bins: 2 }).bins;
  assertEquals([at(0, 1), at(0, 0), at(1, 1), at(1, 0)], [[1, 0], [1, 0], [0, 1], [.5, .5]]);
  const nobody = dCalibration({ times: [1], months: [], event: [], survival: [] });
  assert(Number.isNaN(nobody.statistic) && Number.isNaN(nobody.p));
});

Deno.test("dCalibration() refuses one bin, and what is no probability", () => {
  const cohort = { times: [1], months: [1], event: [1], survival: [[1.2]] };
  assertThrows(() => dCalibration(cohort), InputError, "Patient 1 of 1: survival 1.2 is not from 0 to 1");
  assertThrows(() => dCalibration(calibrated(3), { bins: 1 }), InputError, "two or more bins, not 1");
});

Deno.test("calibrationCurve() is near the diagonal for calibrated curves, and below it for too hopeful ones", () => {
  const good = calibrationCurve(calibrated(3000), 24);
  assert(good.groupedError! < .04);
  for (const { low, high, observed } of good.groups) assert(low! < observed! && observed! < high!);
  const hopeful = calibrationCurve(calibrated(3000, .5), 24);
  assert(hopeful.groupedError! > .1 && hopeful.groups.every(({ predicted, observed }) => observed! < predicted));
});

Deno.test("calibrationCurve() keeps patients of one prediction together, in any order", () => {
  const cohort = { times: [5], months: [1, 2, 3, 6, 7, 8], event: [1, 1, 1, 0, 0, 0], survival: Array(6).fill([.5]) };
  const { groups, groupedError } = calibrationCurve(cohort, 5);
  assertEquals(groups.map(({ patients, observed }) => [patients, observed]), [[6, .5]]);
  assertEquals(groupedError, 0);
  for (let seed = 0; seed < 30; seed++) {
    const { times, months, event, survival } = randomCohort(seed);
    const reversed = { times, months: months.toReversed(), event: event.toReversed(), survival: survival.toReversed() };
    const [one, other] = [{ times, months, event, survival }, reversed].map((c) => calibrationCurve(c, times[0]!));
    assertEquals(other!.groups.map(({ observed }) => observed), one!.groups.map(({ observed }) => observed));
  }
});

Deno.test("calibrationCurve() knows nothing of a group whose last patient was censored before", () => {
  const cohort = { times: [5], months: [1, 2, 6, 7], event: [1, 0, 0, 0], survival: [[.2], [.2], [.8], [.8]] };
  const { groups, groupedError } = calibrationCurve(cohort, 5, { groups: 2 });
  assertEquals([groups.map(({ observed }) => observed), groupedError], [[null, 1], null]);
  const nobody = calibrationCurve({ times: [5], months: [], event: [], survival: [] }, 5);
  assertEquals([nobody.groups.length, nobody.groupedError], [0, null]);
  assertThrows(() => calibrationCurve(cohort, 5, { groups: 0 }), InputError, "whole number of groups, not 0");
});

Deno.test("riskGroups() splits at the median; without anybody below it there is no split", () => {
  const cohort = { times: [5], months: [1, 2, 6, 7], event: [1, 1, 0, 0], survival: [[.2], [.3], [.7], [.8]] };
  const { median, highRisk, lowRisk, logRank } = riskGroups(cohort, 5, { times: [0, 2, 6] })!;
  assertEquals(
    [median, highRisk.patients, highRisk.deaths, highRisk.survival, highRisk.low, highRisk.atRisk],
    [.5, 2, 2, 0, null, [2, 1, 0]],
  );
  assertEquals([lowRisk.survival, lowRisk.low, lowRisk.high, lowRisk.atRisk], [1, 1, 1, [2, 2, 2]]);
  assert(logRank.p < .1);
  assertEquals(riskGroups({ ...cohort, survival: Array(4).fill([.5]) }, 5), null);
});

Deno.test("calibrationIndex() is small for calibrated curves, and the error for bent ones", () => {
  const good = calibrationIndex(calibrated(3000), 24)!;
  assert(good.ici < .02 && good.e50 <= good.e90);
  const cohort = calibrated(3000, .5);
  const { ici, observed } = calibrationIndex(cohort, 24)!;
  const truth = cohort.survival.map((row) => row[23]! ** 2);
  const error = truth.reduce((sum, s, i) => sum + Math.abs(s - cohort.survival[i]![23]!), 0) / 3000;
  assertAlmostEquals(ici, error, .02);
  truth.forEach((s, i) => assertAlmostEquals(observed[i]!, s, .07));
});

Deno.test("calibrationIndex() does not depend on the order of patients or the unit of time", () => {
  const { times, months, event, survival } = calibrated(100);
  const reversed = {
    times: Array.from(times, (t) => t * 30),
    months: Array.from(months, (t) => t * 30).reverse(),
    event: Array.from(event).reverse(),
    survival: survival.toReversed(),
  };
  const [one, other] = [calibrationIndex({ times, months, event, survival }, 24)!, calibrationIndex(reversed, 720)!];
  assertAlmostEquals(other.ici, one.ici, 1e-9);
  assertAlmostEquals(other.e90, one.e90, 1e-9);
});

Deno.test("calibrationIndex() is null where there is nothing to smooth", () => {
  const cohort = calibrated(50);
  const change = (part: Partial<SurvivalPredictions>) => calibrationIndex({ ...cohort, ...part }, 24);
  assert(change({}) !== null);
  assertEquals(change({ event: Array(50).fill(0) }), null);
  assertEquals(change({ survival: Array(50).fill(cohort.survival[0]) }), null);
  assertEquals(change({ months: Array.from(cohort.months, (t) => Math.min(t, 23)) }), null);
  const ordered = { times: [24], survival: Array.from(cohort.months, (t) => [t / 100]), event: Array(50).fill(1) };
  assertEquals(change(ordered), null, "the likelihood rises without end");
});
