import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { decisionCurve } from "@ctsurv/survival/mod.ts";

/** Four patients, two of whom die within 24 months. */
const four = {
  times: [12, 24],
  survival: [[.4, .2], [.7, .4], [.9, .7], [.95, .9]],
  months: [5, 20, 24, 30],
  event: [1, 1, 0, 0],
};

Deno.test("decisionCurve(): a perfect order at a threshold between has the net benefit of all deaths treated", () => {
  const { deaths, points: [point] } = decisionCurve(four, 24, { thresholds: [.5] });
  assertEquals(deaths, .5);
  assertEquals(point, { threshold: .5, treated: 2, model: .5, treatAll: 0, avoided: 50 });
});

Deno.test("decisionCurve(): below all risks the model is treating all, above all risks treating nobody", () => {
  const { points: [low, high] } = decisionCurve(four, 24, { thresholds: [.05, .9] });
  assertEquals([low!.treated, high!.treated, high!.model], [4, 0, 0]);
  assertAlmostEquals(low!.model!, low!.treatAll!, 1e-15);
  assertAlmostEquals(low!.treatAll!, .5 - .5 * .05 / .95, 1e-15);
});

Deno.test("decisionCurve(): censored patients count by Kaplan-Meier, not as survivors", () => {
  const censored = { ...four, months: [5, 6, 24, 30], event: [1, 0, 0, 0] };
  const { points: [point] } = decisionCurve(censored, 24, { thresholds: [.5] });
  // Of the two treated, one died at 5 months and the other was lost at 6: their survival at 24 months is unknown.
  assertEquals([point!.treated, point!.model, point!.avoided], [2, null, null]);
  assertAlmostEquals(point!.treatAll!, .25 - .75, 1e-15);
  const { points: [dead] } = decisionCurve({ ...four, months: [5, 6, 24, 30] }, 24, { thresholds: [.5] });
  assertEquals(dead!.model, .5); // All treated are known to have died, though before 24 months.
});

Deno.test("decisionCurve() has thresholds from 1 to 99 % unless told otherwise, and refuses 0 and 1", () => {
  const { points } = decisionCurve(four, 24);
  assertEquals([points.length, points[0]!.threshold, points.at(-1)!.threshold], [99, .01, .99]);
  assert(points.every(({ model }) => model !== null));
  for (const threshold of [0, 1, NaN]) {
    assertThrows(() => decisionCurve(four, 24, { thresholds: [threshold] }), InputError, "above 0 and below 1");
  }
  assertThrows(() => decisionCurve(four, 36), InputError, "not at 36");
});
