import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { attentionDifference, attentionOnTumour } from "@ctsurv/analysis/mod.ts";
import { createRandom, InputError } from "@ctsurv/base/mod.ts";

const random = createRandom(1, "attention");
const looking = (extra: number) =>
  Array.from({ length: 60 }, (_, i) => ({
    attention: Array.from({ length: 5 }, (_, slice) => 1 + random.uniform() + (slice === i % 5 ? extra : 0)),
    tumours: i < 55 ? [[i % 5, i % 5]] as const : [],
  }));

Deno.test("attentionDifference() is the difference of the two excesses, and tells a head that looks from one that does not", () => {
  const [first, second] = [looking(2), looking(0)];
  const found = attentionDifference(first, second)!;
  const [a, b] = [attentionOnTumour(first)!, attentionOnTumour(second)!];
  assertEquals(found.patients, 55);
  assertAlmostEquals(found.difference, a.excess - b.excess, 1e-12);
  assert(found.interval[0] > 0 && found.interval[1] > found.difference);
  const [low, high] = attentionDifference(looking(0), looking(0))!.interval;
  assert(low < 0 && high > 0);
});

Deno.test("attentionDifference() refuses other patients, and has none where no tumour can be told from the rest", () => {
  const all = looking(0);
  assertThrows(() => attentionDifference(all, all.slice(1)), InputError, "have 60 and 59 patients");
  const other = [{ ...all[0]!, tumours: [] }, ...all.slice(1)];
  assertThrows(() => attentionDifference(all, other), InputError, "Patient 1 of 60 has tumour on other slices");
  const none = all.slice(55);
  assertEquals(attentionDifference(none, none), null);
});
