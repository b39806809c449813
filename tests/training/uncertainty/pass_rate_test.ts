import { assertEquals, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { passRate } from "@ctsurv/training/mod.ts";

const trainedOn = { cohort: "toy", patients: 3, events: 2, profile: "smoke", epochs: 1, segmenter: "threshold" };

Deno.test("passRate() takes the given rate before the training's, and the paper's where none is recorded", () => {
  assertEquals(passRate({ trainedOn: { ...trainedOn, dropout: .1 } }, { rate: .5 }), { rate: .5, from: "given" });
  assertEquals(passRate({ trainedOn: { ...trainedOn, dropout: .1 } }), { rate: .1, from: "training" });
  assertEquals(passRate({ trainedOn }), { rate: .2, from: "paper" });
});

Deno.test("passRate() refuses a model that was trained without dropout, unless a rate is given", () => {
  const model = { trainedOn: { ...trainedOn, dropout: 0 } };
  assertThrows(
    () => passRate(model, { where: "a.safetensors" }),
    InputError,
    "a.safetensors was trained with dropout=0",
  );
  assertEquals(passRate(model, { rate: .3 }).rate, .3);
});
