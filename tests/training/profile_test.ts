import { assert, assertEquals, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/common/mod.ts";
import { findProfile, profiles } from "@ctsurv/training/mod.ts";

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
  assertEquals([smoke.weights, workshop.weights], ["seeded", "seeded"]);
});

Deno.test("findProfile() takes CTSURV_PROFILE, empty or absent meaning workshop", () => {
  const before = Deno.env.get("CTSURV_PROFILE");
  try {
    Deno.env.delete("CTSURV_PROFILE");
    assertEquals(findProfile(), profiles.workshop);
    Deno.env.set("CTSURV_PROFILE", "");
    assertEquals(findProfile(), profiles.workshop);
    Deno.env.set("CTSURV_PROFILE", "smoke");
    assertEquals(findProfile(), profiles.smoke);
    assertEquals(findProfile("paper"), profiles.paper);
  } finally {
    if (before === undefined) Deno.env.delete("CTSURV_PROFILE");
    else Deno.env.set("CTSURV_PROFILE", before);
  }
});

Deno.test("findProfile() refuses another name and lists those there are", () => {
  for (const name of ["fast", "Paper", "constructor"]) {
    assertThrows(() => findProfile(name), InputError, `Unknown profile "${name}"`);
  }
  assertThrows(() => findProfile("fast"), InputError, "smoke, workshop, paper");
});
