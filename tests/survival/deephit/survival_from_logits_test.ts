import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import { survivalFromLogits } from "@ctsurv/survival/deephit/mod.ts";

Deno.test("survivalFromLogits() takes each month's probability off, down to the tail", () => {
  const [survival] = survivalFromLogits([.2, -.4, 1], { bins: 3 });
  const p = [.2177186719, .1194865406, .4845418153, .1782529722];
  const expected = [1, 1 - p[0]!, 1 - p[0]! - p[1]!, p[3]!];
  expected.forEach((s, k) => assertAlmostEquals(survival![k]!, s, 2e-10));
});

Deno.test("survivalFromLogits() of zero logits falls evenly, to 1/25 or without a tail to 0", () => {
  const logits = new Float32Array(48);
  const rows = survivalFromLogits(logits);
  assertEquals(rows.length, 2);
  rows[1]!.forEach((s, k) => assertAlmostEquals(s, 1 - k / 25, 1e-15));
  survivalFromLogits(logits, { tail: false })[0]!.forEach((s, k) => assertAlmostEquals(s, 1 - k / 24, 1e-15));
});

Deno.test("survivalFromLogits() starts at exactly 1 and never rises, whatever the logits", () => {
  const random = createRandom(3, "survival");
  for (const scale of [1, 50, 5000]) {
    const logits = Float32Array.from({ length: 240 }, () => scale * random.normal());
    for (const row of survivalFromLogits(logits)) {
      assertEquals(row[0], 1);
      assert(row.every((s, k) => s >= 0 && (k === 0 || s <= row[k - 1]!)));
    }
  }
});

Deno.test("survivalFromLogits() keeps the digits of a small chance of survival", () => {
  assertAlmostEquals(survivalFromLogits([50], { bins: 1 })[0]![1]!, Math.exp(-50), 1e-34);
});

Deno.test("survivalFromLogits() refuses half a patient and a logit that is not finite", () => {
  assertThrows(
    () => survivalFromLogits(new Float32Array(25)),
    InputError,
    "25 logits are not whole patients of 24 bins",
  );
  assertThrows(() => survivalFromLogits([0, 0, NaN, 0], { bins: 2 }), InputError, "Patient 2 has a logit");
});
