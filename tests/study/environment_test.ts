import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import {
  environmentVariables,
  findProfile,
  openBackbone,
  openEngine,
  openLungs,
  profiles,
  readEnvironment,
  selectLaw,
} from "@ctsurv/study/mod.ts";
import { defaultWeightsFolder } from "@ctsurv/weights/mod.ts";
import { environmentOf } from "../support/environment_of.ts";
import { inFolder } from "../support/in_folder.ts";

/** Every variable, set. */
const all = {
  CTSURV_PROFILE: "smoke",
  CTSURV_PROTOCOL: "paper",
  CTSURV_SET: "attention=linear,seed=7",
  CTSURV_COHORT: "a",
  CTSURV_TARGET_COHORT: "b",
  CTSURV_PHANTOM_LAW: "size",
  CTSURV_ENGINE: "wasm",
  CTSURV_LUNGS: "threshold",
  CTSURV_WEIGHTS: "pretrained",
  CTSURV_WEIGHTS_DIR: "w",
  CTSURV_WEIGHTS_URL: "http://mirror",
  CTSURV_OUTPUTS: "o",
  CTSURV_TRAININGS: "t",
  CTSURV_LOG: "l",
};

Deno.test("readEnvironment() gives what the variables say, and the defaults where they are unset or empty", () => {
  const defaults = {
    profile: "workshop",
    protocol: undefined,
    set: [],
    cohort: undefined,
    targetCohort: undefined,
    phantomLaw: "tissue",
    engine: "auto",
    lungs: undefined,
    weights: undefined,
    weightsFolder: defaultWeightsFolder(),
    weightsMirror: undefined,
    outputs: undefined,
    trainings: undefined,
    log: undefined,
  };
  assertEquals(environmentOf({}), defaults);
  assertEquals(
    environmentOf({ CTSURV_PROFILE: "", CTSURV_COHORT: "", CTSURV_ENGINE: "", CTSURV_WEIGHTS_DIR: "" }),
    defaults,
  );
  assertEquals(
    environmentOf(all),
    {
      profile: "smoke",
      protocol: "paper",
      set: ["attention=linear", "seed=7"],
      cohort: "a",
      targetCohort: "b",
      phantomLaw: "size",
      engine: "wasm",
      lungs: "threshold",
      weights: "pretrained",
      weightsFolder: "w",
      weightsMirror: "http://mirror",
      outputs: "o",
      trainings: "t",
      log: "l",
    },
  );
});

Deno.test("findProfile() lets CTSURV_WEIGHTS override the profile's kind of weights, and refuses others", () => {
  assertEquals(findProfile("paper", environmentOf({ CTSURV_WEIGHTS: "seeded" })), {
    ...profiles.paper,
    weights: "seeded",
  });
  assertEquals(findProfile("smoke", environmentOf({ CTSURV_WEIGHTS: "pretrained" })).weights, "pretrained");
  assertEquals(findProfile("paper", environmentOf({ CTSURV_WEIGHTS: "phantom" })).weights, "phantom");
  assertEquals(findProfile("paper", environmentOf({})), profiles.paper);
  assertThrows(
    () => findProfile("smoke", environmentOf({ CTSURV_WEIGHTS: "frozen" })),
    InputError,
    'Unknown weights "frozen" (CTSURV_WEIGHTS)',
  );
});

Deno.test("selectLaw() takes the law that is asked for, else the one that CTSURV_PHANTOM_LAW names", () => {
  const named = environmentOf({ CTSURV_PHANTOM_LAW: "size" });
  assertEquals([selectLaw(undefined, named), selectLaw("null", named)], ["size", "null"]);
  assertEquals(selectLaw(undefined, environmentOf({})), "tissue");
  const wrong = environmentOf({ CTSURV_PHANTOM_LAW: "volume" });
  assertThrows(() => selectLaw(undefined, wrong), InputError, 'Unknown law "volume" (CTSURV_PHANTOM_LAW)');
});

Deno.test("readEnvironment() reads the process's variables", () => {
  assertEquals(readEnvironment(), readEnvironment((name) => Deno.env.get(name)));
});

Deno.test("environmentVariables() are read as the environment that they are of", () => {
  for (const variables of [{}, all]) {
    const environment = environmentOf(variables);
    assertEquals(environmentOf(environmentVariables(environment)), environment);
  }
  assertEquals(environmentVariables(environmentOf(all)), all);
  // Empty and not absent, so that a child process does not inherit another value.
  assertEquals(Object.keys(environmentVariables(environmentOf({}))), Object.keys(all));
});

Deno.test("openEngine(), openLungs() and openBackbone() take what the environment names, and say its variable where that is wrong", async () => {
  const environment = environmentOf({ CTSURV_ENGINE: "cpu", CTSURV_LUNGS: "threshold" });
  const engine = await openEngine(environment);
  assertEquals(engine.name, "cpu");
  assertEquals((await openLungs(engine, undefined, environment)).recipe?.method, "threshold");
  await assertRejects(
    () => openLungs(engine, "guess", environment),
    InputError,
    'Unknown way to find lungs "guess" (CTSURV_LUNGS)',
  );
  await assertRejects(
    () => openEngine(environmentOf({ CTSURV_ENGINE: "abacus" })),
    InputError,
    'Unknown engine "abacus" (CTSURV_ENGINE)',
  );
  await inFolder(async (dir) => {
    const elsewhere = environmentOf({ CTSURV_WEIGHTS_DIR: dir });
    const attempt = () => openBackbone("alexnet", engine, { weights: "pretrained" }, elsewhere);
    await assertRejects(attempt, InputError, dir);
  });
});

Deno.test("openBackbone() lets CTSURV_WEIGHTS override the kind of weights, but not a file", async () => {
  const pretrained = environmentOf({ CTSURV_WEIGHTS: "pretrained", CTSURV_WEIGHTS_DIR: "nowhere" });
  const engine = await openEngine(pretrained);
  await assertRejects(() => openBackbone("alexnet", engine, {}, pretrained), InputError, "alexnet are not in nowhere");
  await assertRejects(() => openBackbone("alexnet", engine, { file: "none.pth" }, pretrained), InputError, "none.pth");
  const frozen = environmentOf({ CTSURV_WEIGHTS: "frozen" });
  await assertRejects(
    () => openBackbone("alexnet", engine, {}, frozen),
    InputError,
    'Unknown weights "frozen" (CTSURV_WEIGHTS)',
  );
});
