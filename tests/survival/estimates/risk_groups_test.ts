import { assertEquals, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { riskGroups, splitAtMedian } from "@ctsurv/survival/mod.ts";

const times = [0, 12, 24];
const predictions = (...last: readonly number[]) => ({
  times,
  survival: last.map((value) => [1, 0.9, value]),
  months: last.map((_, i) => i + 1),
  event: last.map((_, i) => i % 2),
});

Deno.test("splitAtMedian() keeps each patient's outcome on the side of their prediction", () => {
  assertEquals(splitAtMedian(predictions(0.5, 0.1, 0.4, 0.2), 24), {
    median: (0.2 + 0.4) / 2,
    highRisk: { months: [2, 4], event: [1, 1] },
    lowRisk: { months: [1, 3], event: [0, 0] },
  });
  // Of an odd number the one in the middle is not below the median.
  assertEquals(splitAtMedian(predictions(0.5, 0.1, 0.4), 24).highRisk.months, [2]);
  // Half-way between months 12 and 24 all that counts is read from the line between them.
  assertEquals(splitAtMedian(predictions(0.5, 0.1), 18).median, (0.7 + 0.5) / 2);
});

Deno.test("splitAtMedian() has nobody at high risk where all predictions are the same", () => {
  assertEquals(splitAtMedian(predictions(0.3, 0.3), 24).highRisk.months, []);
  assertEquals(splitAtMedian(predictions(0.3, 0.4), 12).highRisk.months, []);
});

Deno.test("splitAtMedian() refuses a time beyond the predictions", () => {
  assertThrows(() => splitAtMedian(predictions(0.3), 25), InputError, "not at 25");
});

Deno.test("riskGroups() does not know the survival of a group that nobody followed as far", () => {
  const at24 = (months: readonly number[], event: readonly number[]) =>
    riskGroups({ times, survival: [.1, .2, .7, .8].map((s) => [1, .9, s]), months, event }, 24, { times: [24] })!;
  const { highRisk, lowRisk } = at24([20, 30, 9, 5], [1, 0, 0, 0]);
  assertEquals([highRisk.survival, highRisk.atRisk], [0.5, [1]]);
  assertEquals([lowRisk.survival, lowRisk.low, lowRisk.high, lowRisk.atRisk], [null, null, null, [0]]);
  // Where everybody died, survival is known to be 0 at any later time.
  assertEquals(at24([20, 10, 30, 30], [1, 1, 0, 0]).highRisk.survival, 0);
});
