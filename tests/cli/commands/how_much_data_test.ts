import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { type Command, parseCommand } from "@ctsurv/cli/command.ts";
import { crossValidate } from "@ctsurv/cli/commands/cross_validate.ts";
import { learningCurveCommand } from "@ctsurv/cli/commands/learning_curve.ts";
import { losses } from "@ctsurv/cli/commands/losses.ts";
import { repeat } from "@ctsurv/cli/commands/repeat.ts";
import { validate } from "@ctsurv/cli/commands/validate.ts";
import type { ExternalValidation, LearningCurve, Remarks } from "@ctsurv/report/mod.ts";
import { writeCrudeCohort } from "../../support/crude_cohort.ts";
import { environmentOf } from "../../support/environment_of.ts";

let dir = "";
Deno.test.beforeAll(async () => {
  dir = await Deno.makeTempDir();
  await writeCrudeCohort(join(dir, "cohort"));
  for (const [name, darker] of [["gaps", 0], ["other", 15]] as const) {
    await writeCrudeCohort(join(dir, name), { name, darker });
    await Deno.writeTextFile(join(dir, name, "images", "P8.nii.gz"), "no scan");
  }
});
Deno.test.afterAll(() => Deno.remove(dir, { recursive: true }));

async function run(command: Command, ...args: string[]) {
  return await runOn("cohort", command, ...args);
}

async function runOn(cohort: string, command: Command, ...args: string[]) {
  const given = parseCommand(command, [
    ...["--cohort", join(dir, cohort), "--profile", "smoke", "--cache", join(dir, "cache")],
    ...["--output", join(dir, "results"), ...args],
  ]);
  return await command.run({
    ...given,
    environment: environmentOf({ CTSURV_LUNGS: "threshold", CTSURV_ENGINE: "onnx" }),
  });
}

Deno.test("learning-curve prints the points, the verdict and where they are kept", async () => {
  const { text, json } = await run(learningCurveCommand, "--shares", "50");
  assertEquals((json as LearningCurve).points.map(({ share }) => share), [.5, 1]);
  assertStringIncludes(text, "With 50.0 % of the training patients, Ctd within folds less that with all of them is");
  assertStringIncludes(text, join(dir, "results"));
});

Deno.test("validate prints who was left out of which cohort, and refuses the cohort of the training", async () => {
  const { text, json } = await run(validate, "--target", join(dir, "other"), "--threshold", "0.4");
  assertStringIncludes(text, "other: P8 left out: ");
  assertStringIncludes(text, "Net benefit of treating all, threshold 0.400");
  assertEquals((json as ExternalValidation).validation.skipped!.map(({ patient }) => patient), ["P8"]);
  await assertRejects(
    () => run(validate, "--target", join(dir, "cohort")),
    InputError,
    "the one that the model is trained on",
  );
});

for (
  const { command, args } of [
    { command: learningCurveCommand, args: ["--shares", "50"] },
    { command: repeat, args: ["--repeats", "1"] },
    { command: losses, args: [] },
    { command: crossValidate, args: ["--model", "efficientnet_b0", "--ensemble", "2"] },
  ]
) {
  Deno.test(`${command.name} prints who was left out, in the text and as JSON`, async () => {
    const { text, json } = await runOn("gaps", command, ...args);
    assertStringIncludes(text, "P8 left out: ");
    assertEquals((json as Remarks).skipped!.map(({ patient }) => patient), ["P8"]);
  });
}

Deno.test("repeat refuses its options before it makes the cohort", async () => {
  const refused = (...args: string[]) =>
    repeat.run(parseCommand(repeat, ["--cohort", join(dir, "no", "cohort"), ...args]));
  await assertRejects(() => refused("--repeats", "0"), InputError, "from 1, not 0");
  await assertRejects(() => refused("--models", "vgg16,vgg16"), InputError, "are the same row");
});

for (
  const { what, command, args, message } of [
    { what: "a share of all", command: learningCurveCommand, args: ["--shares", "50,100"], message: 'not "100"' },
    { what: "no share", command: learningCurveCommand, args: ["--shares", ""], message: "--shares" },
    { what: "one model", command: repeat, args: ["--models", "efficientnet_b0"], message: "--models takes two rows" },
    { what: "half a repetition", command: repeat, args: ["--repeats", "1.5"], message: 'a whole number, not "1.5"' },
    {
      what: "no number of repetitions",
      command: repeat,
      args: ["--repeats", "abc"],
      message: 'a whole number, not "abc"',
    },
    { what: "no repetition", command: repeat, args: ["--repeats", "0"], message: "from 1, not 0" },
    { what: "a row beside itself", command: repeat, args: ["--models", "vgg16,vgg16"], message: "are the same row" },
    { what: "a row without images", command: validate, args: ["--model", "clinical"], message: "has no images" },
    {
      what: "a threshold of 1",
      command: validate,
      args: ["--threshold", "1"],
      message: "--threshold takes a number, above 0",
    },
    { what: "a target that is not there", command: validate, args: ["--target", "nowhere"], message: "nowhere" },
  ]
) {
  Deno.test(`${command.name} refuses ${what}`, async () => {
    await assertRejects(() => run(command, ...args), InputError, message);
  });
}
