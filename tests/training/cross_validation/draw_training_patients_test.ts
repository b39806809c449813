import { assert, assertEquals, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { drawTrainingPatients } from "@ctsurv/training/mod.ts";

const patients = Array.from({ length: 28 }, (_, i) => ({
  id: `P${i}`,
  followUp: { months: 1 + i % 24, event: i % 7 < 4 ? 1 as const : 0 as const },
}));
const draw = (count: number, fold = 1) => drawTrainingPatients(patients, { count, seed: 42, fold });

Deno.test("drawTrainingPatients() draws so many, with the shares of both outcomes, in their order", () => {
  for (const count of [1, 2, 4, 8, 16, 27]) {
    const drawn = draw(count);
    assertEquals(drawn.length, count);
    const deaths = drawn.filter(({ followUp }) => followUp.event === 1).length;
    assert(deaths >= 1 && Math.abs(deaths - count * 16 / 28) <= 1, `${deaths} of ${count}`);
    assertEquals(drawn, patients.filter((patient) => drawn.includes(patient)));
  }
  assertEquals(draw(28), patients);
  assertEquals(draw(99), patients);
});

Deno.test("drawTrainingPatients(): a smaller draw is part of a larger one, and each fold draws its own", () => {
  const larger = new Set(draw(16));
  assert(draw(8).every((patient) => larger.has(patient)));
  assert(draw(8, 2).some((patient) => !draw(8).includes(patient)));
  assertEquals(draw(8), draw(8));
});

Deno.test("drawTrainingPatients() draws a death where there is one, and refuses no patient", () => {
  const one = patients.map((patient, i) => ({
    ...patient,
    followUp: { months: 3, event: i === 20 ? 1 as const : 0 as const },
  }));
  assertEquals(
    drawTrainingPatients(one, { count: 2, seed: 1, fold: 1 }).some(({ followUp }) => followUp.event === 1),
    true,
  );
  assertThrows(() => draw(0), InputError, "from 1, not on 0");
});
