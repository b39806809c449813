import { assertEquals, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { splitAtMedian } from "@ctsurv/survival/mod.ts";

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
