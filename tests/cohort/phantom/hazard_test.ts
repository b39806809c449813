import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { createRandom } from "@ctsurv/base/mod.ts";
import { createHazard } from "@ctsurv/cohort/phantom/_hazard.ts";

Deno.test("createHazard() gives the population LUNG1's survival whatever the effect", () => {
  for (const effect of [0, 0.7, 1.5, 6]) {
    const hazard = createHazard(effect);
    const random = createRandom(1, "population");
    const population = Array.from({ length: 40000 }, () => random.normal());
    const alive = (months: number) =>
      population.reduce((sum, x) => sum + hazard.survival(x, months), 0) / population.length;
    assertAlmostEquals(alive(18), 0.5, 0.01);
    assertAlmostEquals(alive(24), 164 / 415, 0.01);
  }
});

Deno.test("createHazard() draws deaths from the survival function that it states", () => {
  for (const effect of [1.5, 6]) {
    const hazard = createHazard(effect);
    for (const x of [-1, 0, 1.2]) {
      const random = createRandom(2, "deaths", x);
      const deaths = Array.from({ length: 20000 }, () => hazard.drawMonths(x, random));
      for (const months of [3, 12, 24, 60]) {
        const alive = deaths.filter((death) => death > months).length / deaths.length;
        assertAlmostEquals(alive, hazard.survival(x, months), 0.012);
      }
    }
  }
});

Deno.test("createHazard() starts at 1, falls with time, and falls faster the higher the risk", () => {
  // With effect 6, x = 2 is beyond what double precision tells from 0.
  for (const { effect, risks } of [{ effect: 1.5, risks: [-2, 0, 2] }, { effect: 6, risks: [-2, 0, 0.7] }]) {
    const hazard = createHazard(effect);
    for (const x of risks) {
      assertEquals(hazard.survival(x, 0), 1);
      for (let month = 1; month <= 24; month++) {
        assert(hazard.survival(x, month) < hazard.survival(x, month - 1));
        assert(hazard.survival(x + 0.1, month) < hazard.survival(x, month));
      }
    }
  }
});

Deno.test("createHazard() without effect is the same for everyone", () => {
  const hazard = createHazard(0);
  assertEquals(hazard.survival(-2, 24), hazard.survival(2, 24));
});
