import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { type Command, parseCommand } from "@ctsurv/cli/command.ts";
import { crossValidate } from "@ctsurv/cli/commands/cross_validate.ts";
import { losses } from "@ctsurv/cli/commands/losses.ts";
import { type LossesResult, readLosses, resultFiles } from "@ctsurv/report/mod.ts";
import { survivalLosses } from "@ctsurv/survival/mod.ts";
import { writeCrudeCohort } from "../../support/crude_cohort.ts";
import { environmentOf } from "../../support/environment_of.ts";

let dir = "";
Deno.test.beforeAll(async () => {
  dir = await Deno.makeTempDir();
  await writeCrudeCohort(join(dir, "cohort"));
});
Deno.test.afterAll(() => Deno.remove(dir, { recursive: true }));

async function run(command: Command, output: string, ...args: string[]) {
  const given = parseCommand(command, [
    ...["--cohort", join(dir, "cohort"), "--profile", "smoke", "--cache", join(dir, "cache")],
    ...["--output", join(dir, output), ...args],
  ]);
  const environment = environmentOf({ CTSURV_LUNGS: "threshold", CTSURV_ENGINE: "onnx" });
  return await command.run({ ...given, environment });
}

Deno.test("losses compares all six on the same folds, and Cox in three sizes of the batch; each is cross-validate --loss", async () => {
  const { text, json } = await run(losses, "all", "--batch-sizes");
  const result = json as LossesResult & { readonly folder: string };
  assertEquals(result.rows.map(({ loss }) => loss), Object.keys(survivalLosses));
  const [deephit, ...others] = result.rows;
  assertEquals([deephit!.difference, deephit!.pHolm], [null, null]);
  for (const { loss, ctd, difference, pHolm } of others) {
    assert(difference !== null && pHolm !== null && pHolm >= difference.p, loss);
    assert(Math.abs(difference.difference - (ctd.value! - deephit!.ctd.value!)) < 1e-9, loss);
  }
  // Three epochs of two steps; six patients a fold make one batch of 16, and as many steps are six epochs.
  assertEquals(result.batchSizes.map(({ batchSize, epochs, steps }) => [batchSize, epochs, steps]), [
    ...[[4, 3, 6], [16, 3, 3], [16, 6, 6], [9, 3, 3], [9, 6, 6]],
  ]);
  assert(result.batchSizes[1]!.equalHazards > result.batchSizes[0]!.equalHazards);
  const files = await resultFiles(result.folder);
  for (const file of ["losses.json", "losses.md", "losses.csv"]) assert(files.includes(file), file);
  const { folder, ...kept } = result;
  assertEquals(await readLosses(join(folder, "losses.json")), kept);
  for (const said of ["Cox (DeepSurv)", "all patients", "p, Holm", folder]) assertStringIncludes(text, said);

  for (const [loss, set] of [["cox", ["--loss", "cox"]], ["mtlr", ["--set", "loss=mtlr"]]] as const) {
    const trained = (await Array.fromAsync(Deno.readDir(join(dir, "cache", "trainings")))).length;
    const one = await run(crossValidate, loss, "--model", "efficientnet_b0", ...set);
    const { ctdWithinFolds, protocol } = one.json as {
      readonly ctdWithinFolds: { readonly pre: { readonly risk: unknown } };
      readonly protocol: { readonly name: string };
    };
    assertEquals(protocol.name, `workshop, lungs=threshold, loss=${loss}`);
    assertEquals(ctdWithinFolds.pre.risk, result.rows.find((row) => row.loss === loss)!.ctd);
    assertEquals((await Array.fromAsync(Deno.readDir(join(dir, "cache", "trainings")))).length, trained);
  }
});

for (
  const { what, command, args, message } of [
    { what: "a row without images", command: losses, args: ["--model", "clinical"], message: "has no images" },
    { what: "a protocol of another loss", command: losses, args: ["--set", "loss=cox"], message: "has loss=cox" },
    {
      what: "a loss that is none",
      command: crossValidate,
      args: ["--model", "efficientnet_b0", "--loss", "hinge"],
      message: "loss cannot be hinge; choose deephit, cox, logistic-hazard, mtlr, pc-hazard or cross-entropy",
    },
    {
      what: "two losses",
      command: crossValidate,
      args: ["--model", "efficientnet_b0", "--loss", "cox", "--set", "loss=mtlr"],
      message: "The choice loss is made twice",
    },
  ]
) {
  Deno.test(`${command.name} refuses ${what}`, async () => {
    await assertRejects(() => run(command, "refused", ...args), InputError, message);
  });
}
