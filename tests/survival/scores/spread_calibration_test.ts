import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import cases from "../../fixtures/spread_calibration.json" with { type: "json" };
import { InputError } from "@ctsurv/base/mod.ts";
import { curveSpread, ipcwBrier, kaplanMeier, kaplanMeierAt, spreadCalibration } from "@ctsurv/survival/mod.ts";

const close = (actual: ArrayLike<number>, expected: readonly number[]) =>
  expected.forEach((value, i) => assertAlmostEquals(actual[i]!, value, 1e-12));

/** Predictions of a case: the mean of each patient's curves, which here have one time. */
function predictionsOf({ curves, months, event }: typeof cases[number]) {
  const spreads = curves.map((members) => curveSpread(members.map((survival) => [survival])));
  return {
    survival: spreads.map(({ mean }) => mean[0]!),
    low: spreads.map(({ low }) => low[0]!),
    high: spreads.map(({ high }) => high[0]!),
    held: spreads[0]!.held,
    std: spreads.map(({ std }) => std[0]!),
    months,
    event,
  };
}

cases.forEach((one, i) => {
  Deno.test(`curveSpread() and spreadCalibration() give NumPy's, scikit-learn's and SciPy's numbers, case ${i + 1}`, () => {
    const predictions = predictionsOf(one);
    close(predictions.survival, one.mean);
    close(predictions.std, one.std);
    assertEquals(predictions.held, one.held);
    close(predictions.low, one.low);
    close(predictions.high, one.high);
    // The oracle's own numbers: of two ways to round, one may see a tie where the other does not.
    const { mean: survival, low, high, months, event } = one;
    const { known, bySpread, correlation, partialCorrelation } = spreadCalibration(
      { survival, low, high, months, event },
      24,
      {
        replicates: 50,
      },
    );
    assertEquals(known, one.known);
    assertEquals(bySpread.map(({ patients }) => patients), one.groups.map(({ patients }) => patients));
    close(bySpread.map(({ squaredError }) => squaredError!), one.groups.map(({ squaredError }) => squaredError));
    assertAlmostEquals(correlation!.value, one.correlation, 1e-12);
    assertAlmostEquals(partialCorrelation!.value, one.partialCorrelation, 1e-9);
    assert(correlation!.low <= correlation!.value && correlation!.value <= correlation!.high);
  });
});

Deno.test("spreadCalibration(): the squared errors of all groups together are the Brier score", () => {
  const { survival, ...rest } = predictionsOf(cases[1]!);
  const brier = ipcwBrier({ ...rest, times: [24], survival: survival.map((one) => [one]) }, [24]).values[0]!;
  const { bySpread, patients } = spreadCalibration({ ...rest, survival }, 24, { replicates: 1 });
  const sum = bySpread.reduce((total, group) => total + group.patients * group.squaredError!, 0);
  assertAlmostEquals(sum / patients, brier, 1e-12);
});

Deno.test("spreadCalibration(): a group is covered if Kaplan-Meier's survival lies within the mean spread", () => {
  const predictions = predictionsOf(cases[0]!);
  const { byPrediction, covered, coverable } = spreadCalibration(predictions, 24, {
    predictionGroups: 3,
    replicates: 1,
  });
  const order = [...predictions.survival.keys()].sort((a, b) => predictions.survival[a]! - predictions.survival[b]!);
  let within = 0;
  byPrediction.forEach((group, g) => {
    const members = order.slice(10 * g, 10 * (g + 1));
    const mean = (values: readonly number[]) => members.reduce((sum, i) => sum + values[i]! / members.length, 0);
    const [months, event] = [predictions.months, predictions.event].map((all) => members.map((i) => all[i]!));
    const { survival } = kaplanMeierAt(kaplanMeier({ months: months!, event: event! }), 24)!;
    assertEquals(group.observed, survival);
    const isCovered = mean(predictions.low) <= survival && survival <= mean(predictions.high);
    assertEquals(group.isCovered, isCovered);
    within += Number(isCovered);
  });
  assertEquals([covered, coverable], [within, 3]);
  assert(within > 0 && within < 3, "the case shows only one of the two");
});

Deno.test("spreadCalibration() has no error and no coverage where follow-up ended before", () => {
  const predictions = { survival: [.5, .6], low: [.4, .5], high: [.6, .8], months: [10, 12], event: [1, 0] };
  const { known, bySpread, coverable, correlation } = spreadCalibration(predictions, 24, { groups: 1 });
  assertEquals([known, bySpread[0]!.squaredError, bySpread[0]!.observed, coverable], [1, null, null, 1]);
  assertEquals(correlation, null);
});

for (
  const { members, level, held } of [
    { members: 2, held: 2 },
    { members: 5, held: 5 },
    { members: 39, held: 39 },
    { members: 40, held: 38 },
    { members: 50, held: 48 },
    { members: 80, held: 76 },
    { members: 20, level: .9, held: 18 },
    { members: 5, level: 1, held: 5 },
    { members: 4, level: .01, held: 2 },
  ]
) {
  Deno.test(`curveSpread() of ${members} curves at a level of ${level ?? .95} holds ${held} of them, its ends among them`, () => {
    const curves = Array.from({ length: members }, (_, i) => [1, (7 * i % members) / members]);
    const spread = curveSpread(curves, level === undefined ? {} : { level });
    const inside = curves.filter(([, value]) => value! >= spread.low[1]! && value! <= spread.high[1]!).length;
    assertEquals([spread.held, inside], [held, held]);
    assert(held >= members * (level ?? .95));
  });
}

Deno.test("curveSpread() and spreadCalibration() refuse what has no spread", () => {
  for (const level of [0, -1, 3, NaN]) {
    assertThrows(() => curveSpread([[1, .5], [1, .6]], { level }), InputError, `at most 1, such as 0.95; not ${level}`);
  }
  assertThrows(() => curveSpread([[1, .5]]), InputError, "at least two curves, not 1");
  assertThrows(() => curveSpread([[1, .5], [1]]), InputError, "have no common mean");
  const predictions = { survival: [.5], low: [.4], high: [.6], months: [10], event: [1] };
  assertThrows(() => spreadCalibration({ ...predictions, low: [.7] }, 24), InputError, "from 0.7 to 0.6");
  assertThrows(() => spreadCalibration({ ...predictions, high: [] }, 24), InputError, "each patient needs one");
  assertThrows(() => spreadCalibration(predictions, 24, { groups: 0 }), InputError, "0 is no number of groups");
});
