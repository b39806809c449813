import { assertEquals, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { concordanceByDefinition } from "@ctsurv/survival/mod.ts";

const counts = (concordant: number, comparable: number) => ({
  value: comparable === 0 ? null : concordant / comparable,
  concordant,
  comparable,
});

Deno.test("concordanceByDefinition() of crossing curves reads each pair at the month of the first death", () => {
  const crossing = {
    times: [1, 2, 3, 4],
    months: [1, 2, 2.5, 3, 4],
    event: [1, 1, 0, 1, 0],
    survival: [[.7, .6, .5, .4], [.8, .5, .3, .2], [.6, .55, .45, .35], [.95, .58, .52, .1], [.75, .65, .2, .15]],
  };
  assertEquals(concordanceByDefinition(crossing), counts(6, 8));
});

Deno.test("concordanceByDefinition() reads at the first time of the grid at or after the death, or at the last", () => {
  const read = (month: number) =>
    concordanceByDefinition({
      times: [1, 2, 3],
      months: [month, 9],
      event: [1, 0],
      survival: [[.1, .9, .1], [.5, .5, .5]],
    }).value;
  assertEquals([0, 1, 1.5, 2, 2.5, 3, 8].map(read), [1, 1, 0, 0, 1, 1, 1]);
});

Deno.test("concordanceByDefinition() gives ties one half, within 1e-8", () => {
  const value = (other: number) =>
    concordanceByDefinition({ times: [1], months: [1, 2], event: [1, 0], survival: [[.5], [other]] }).value;
  assertEquals([.4, .5 - 5e-9, .5, .5 + 5e-9, .6].map(value), [0, .5, .5, .5, 1]);
});

Deno.test("concordanceByDefinition() compares a death with who was censored at that time, but not two deaths", () => {
  const atOnce = (event: readonly number[]) =>
    concordanceByDefinition({ times: [1], months: [1, 1], event, survival: [[.2], [.8]] });
  assertEquals(atOnce([1, 0]), counts(1, 1));
  assertEquals(atOnce([0, 1]), counts(0, 1));
  assertEquals(atOnce([1, 1]), counts(0, 0));
  assertEquals(atOnce([0, 0]), counts(0, 0));
});

Deno.test("concordanceByDefinition() refuses predictions that are not complete", () => {
  const broken = { times: [1], months: [1], event: [1, 0], survival: [[.5], [.6]] };
  assertThrows(() => concordanceByDefinition(broken), InputError, "2 curves, 1 months, 2 events");
});
