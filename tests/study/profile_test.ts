import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import type { Cohort } from "@ctsurv/cohort/mod.ts";
import { findProfile, profiles, requireFolds } from "@ctsurv/study/mod.ts";
import { environmentOf } from "../support/environment_of.ts";

Deno.test("profiles: paper is the paper's protocol, and the others run less of the same", () => {
  const { paper, workshop, smoke } = profiles;
  assertEquals([paper.folds, paper.epochs, paper.batchSize, paper.learningRate], [10, 100, 4, 1e-4]);
  assertEquals([paper.weightDecay, paper.dropout, paper.foldSeed, paper.weights], [0.01, 0.2, 42, "pretrained"]);
  for (const [name, profile] of Object.entries(profiles)) {
    assertEquals(profile.name, name);
    assert(profile.folds >= 2 && profile.phantomPatients.lung1 >= 2 * profile.folds);
  }
  assert(smoke.phantomPatients.lung1 < workshop.phantomPatients.lung1);
  assert(smoke.epochs < workshop.epochs);
  assertEquals([smoke.weights, workshop.weights], ["phantom", "phantom"]);
});

Deno.test("findProfile() takes the environment's profile, absent meaning workshop", () => {
  assertEquals(findProfile(undefined, environmentOf({})), profiles.workshop);
  assertEquals(findProfile(undefined, environmentOf({ CTSURV_PROFILE: "" })), profiles.workshop);
  assertEquals(findProfile(undefined, environmentOf({ CTSURV_PROFILE: "smoke" })), profiles.smoke);
  assertEquals(findProfile("paper", environmentOf({ CTSURV_PROFILE: "smoke" })), profiles.paper);
});

Deno.test("findProfile() refuses another name and lists those there are", () => {
  for (const name of ["fast", "Paper", "constructor"]) {
    assertThrows(() => findProfile(name), InputError, `Unknown profile "${name}"`);
  }
  assertThrows(() => findProfile("fast"), InputError, "smoke, workshop, paper");
});

/** A cohort of those who died after 100 days, those who died in the third year, and those alive after it. */
function cohort({ soon = 0, later = 0, alive = 0 }): Pick<Cohort, "name" | "patients"> {
  const patient = (survivalDays: number, dead: boolean) => ({ record: { survivalDays, dead } });
  const patients = [
    ...Array.from({ length: soon }, () => patient(100, true)),
    ...Array.from({ length: later }, () => patient(800, true)),
    ...Array.from({ length: alive }, () => patient(1200, false)),
  ];
  return { name: "LUNG1", patients: patients as unknown as Cohort["patients"] };
}

Deno.test("requireFolds() tells how many patients, deaths and folds there are, and what works without folds", () => {
  const { message } = assertThrows(
    () => requireFolds(cohort({ soon: 1, alive: 1 }), { folds: 10 }),
    InputError,
  ) as Error;
  for (const part of ["LUNG1", "10 folds: 2, of whom 1 died within 24 months", "at least 10 patients", "notebook 01"]) {
    assertStringIncludes(message, part);
  }
});

Deno.test("requireFolds() counts deaths after two years as survivors", () => {
  assertThrows(() => requireFolds(cohort({ soon: 9, later: 3 }), { folds: 10 }), InputError, "12, of whom 9 died");
  requireFolds(cohort({ soon: 10, later: 3 }), { folds: 10 });
  requireFolds(cohort({ soon: 2, later: 8, alive: 2 }), { folds: 10 });
});

Deno.test("requireFolds() refuses fewer than two deaths, however many patients there are", () => {
  assertThrows(() => requireFolds(cohort({ soon: 1, alive: 400 }), { folds: 10 }), InputError, "of whom 1 died");
  assertThrows(() => requireFolds(cohort({}), { folds: 2 }), InputError, "2 folds: 0, of whom 0 died");
  requireFolds(cohort({ soon: 2, alive: 400 }), { folds: 10 });
});
