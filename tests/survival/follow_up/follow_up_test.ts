import { assertEquals, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { DAYS_PER_MONTH } from "@ctsurv/survival/follow_up/follow_up.ts";
import { censorAt, daysToMonths } from "@ctsurv/survival/mod.ts";

Deno.test("daysToMonths() divides by the average month, or counts whole months of 30 days as the authors do", () => {
  assertEquals(DAYS_PER_MONTH, 30.4375);
  assertEquals(daysToMonths(487), 16);
  assertEquals(daysToMonths(0), 0);
  assertEquals([29, 30, 749, 750].map((days) => daysToMonths(days, { rule: "authors" })), [0, 1, 24, 25]);
});

Deno.test("daysToMonths() refuses what is no follow-up time", () => {
  for (const days of [-1, NaN, Infinity]) assertThrows(() => daysToMonths(days), InputError, `not ${days}`);
});

Deno.test("censorAt() ends follow-up at the horizon, keeps a death at exactly the horizon", () => {
  assertEquals(censorAt({ months: 24.01, event: 1 }, 24), { months: 24, event: 0 });
  assertEquals(censorAt({ months: 30, event: 0 }, 24), { months: 24, event: 0 });
  assertEquals(censorAt({ months: 24, event: 1 }, 24), { months: 24, event: 1 });
  assertEquals(censorAt({ months: 3, event: 0 }, 24), { months: 3, event: 0 });
});

Deno.test("censorAt() refuses months that are none", () => {
  for (const months of [-0.5, NaN, Infinity]) {
    assertThrows(() => censorAt({ months, event: 1 }, 24), InputError, `not ${months}`);
  }
});
