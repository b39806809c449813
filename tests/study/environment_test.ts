import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { findProfile, openBackbone, openEngine, openLungs, profiles, readEnvironment } from "@ctsurv/study/mod.ts";
import { defaultWeightsFolder } from "@ctsurv/weights/mod.ts";
import { withEnv } from "../support/with_env.ts";

const read = (variables: Readonly<Record<string, string>>) => readEnvironment((name) => variables[name]);

Deno.test("readEnvironment() gives what the variables say, and the defaults where they are unset or empty", () => {
  const defaults = {
    profile: "workshop",
    cohort: undefined,
    targetCohort: undefined,
    engine: "auto",
    lungs: "unet",
    weights: undefined,
    weightsFolder: defaultWeightsFolder(),
    weightsMirror: undefined,
    outputs: undefined,
  };
  assertEquals(read({}), defaults);
  assertEquals(read({ CTSURV_PROFILE: "", CTSURV_COHORT: "", CTSURV_ENGINE: "", CTSURV_WEIGHTS_DIR: "" }), defaults);
  assertEquals(
    read({
      CTSURV_PROFILE: "smoke",
      CTSURV_COHORT: "a",
      CTSURV_TARGET_COHORT: "b",
      CTSURV_ENGINE: "wasm",
      CTSURV_LUNGS: "threshold",
      CTSURV_WEIGHTS: "pretrained",
      CTSURV_WEIGHTS_DIR: "w",
      CTSURV_WEIGHTS_URL: "http://mirror",
      CTSURV_OUTPUTS: "o",
    }),
    {
      profile: "smoke",
      cohort: "a",
      targetCohort: "b",
      engine: "wasm",
      lungs: "threshold",
      weights: "pretrained",
      weightsFolder: "w",
      weightsMirror: "http://mirror",
      outputs: "o",
    },
  );
});

Deno.test("findProfile() lets CTSURV_WEIGHTS override the profile's kind of weights, and refuses others", () => {
  assertEquals(findProfile("paper", read({ CTSURV_WEIGHTS: "seeded" })), { ...profiles.paper, weights: "seeded" });
  assertEquals(findProfile("smoke", read({ CTSURV_WEIGHTS: "pretrained" })).weights, "pretrained");
  assertEquals(findProfile("paper", read({})), profiles.paper);
  assertThrows(
    () => findProfile("smoke", read({ CTSURV_WEIGHTS: "frozen" })),
    InputError,
    'Unknown weights "frozen" (CTSURV_WEIGHTS)',
  );
});

Deno.test("openEngine() and openLungs() take what the environment names, and say its variable where that is wrong", async () => {
  await withEnv({ CTSURV_ENGINE: "cpu", CTSURV_LUNGS: "threshold" }, async () => {
    const engine = await openEngine();
    assertEquals(engine.name, "cpu");
    assertEquals((await openLungs(engine)).recipe?.method, "threshold");
    await assertRejects(
      () => openLungs(engine, "guess"),
      InputError,
      'Unknown way to find lungs "guess" (CTSURV_LUNGS)',
    );
  });
  await withEnv({ CTSURV_ENGINE: "abacus" }, async () => {
    await assertRejects(() => openEngine(), InputError, 'Unknown engine "abacus" (CTSURV_ENGINE)');
  });
});

Deno.test("openBackbone() lets CTSURV_WEIGHTS override the kind of weights, but not a file", async () => {
  await withEnv({ CTSURV_WEIGHTS: "pretrained", CTSURV_WEIGHTS_DIR: "nowhere" }, async () => {
    const engine = await openEngine();
    await assertRejects(() => openBackbone("alexnet", engine), InputError, "alexnet are not in nowhere");
    await assertRejects(() => openBackbone("alexnet", engine, { file: "none.pth" }), InputError, "none.pth");
  });
  await withEnv({ CTSURV_WEIGHTS: "frozen" }, async () => {
    const engine = await openEngine();
    await assertRejects(() => openBackbone("alexnet", engine), InputError, 'Unknown weights "frozen" (CTSURV_WEIGHTS)');
  });
});
