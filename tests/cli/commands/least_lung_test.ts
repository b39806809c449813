import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { type Command, parseCommand } from "@ctsurv/cli/command.ts";
import { fit } from "@ctsurv/cli/commands/fit.ts";
import { importCommand } from "@ctsurv/cli/commands/import.ts";
import { predict } from "@ctsurv/cli/commands/predict.ts";
import { preprocess } from "@ctsurv/cli/commands/preprocess.ts";
import { qc } from "@ctsurv/cli/commands/qc.ts";
import { onnxEngine } from "@ctsurv/engine/mod.ts";
import { writeNifti } from "@ctsurv/imaging/mod.ts";
import { openStudy, preprocessing, protocols, readEnvironment } from "@ctsurv/study/mod.ts";
import { loadModel } from "@ctsurv/training/mod.ts";
import { inFolder } from "../../support/in_folder.ts";
import { crudeChest } from "../../support/test_volume.ts";

const run = (command: Command, ...args: string[]) => command.run(parseCommand(command, args));

/** Chests of 5 slices, which hold less than 300 mL of lung, and a table of them. */
async function writeScans(dir: string): Promise<readonly string[]> {
  const chest = crudeChest({ lung: 40 });
  const [, rows, columns] = chest.shape;
  const middle = (chest.shape[0] >> 1) * rows * columns;
  const ids = ["A", "B", "C", "D"];
  for (const [i, id] of ids.entries()) {
    const data = chest.hu.slice(middle, middle + 5 * rows * columns) as Int16Array;
    data[0] = -1000 - i;
    await writeNifti(join(dir, "scans", `${id}.nii.gz`), { data, shape: [5, rows, columns], affine: chest.affine });
  }
  const lines = ids.map((id, i) => `${id},${300 + 200 * i},1\n`).join("");
  await Deno.writeTextFile(join(dir, "table.csv"), `PatientID,Survival.time,deadstatus.event\n${lines}`);
  return ["--images", join(dir, "scans"), "--clinical", join(dir, "table.csv")];
}

Deno.test("the least lung of a cohort holds for qc, fit and the model's predictions", () =>
  inFolder(async (dir) => {
    const scans = await writeScans(dir);
    const [usual, thin] = [join(dir, "usual"), join(dir, "thin")];
    await run(importCommand, ...scans, "--output", usual);
    await run(importCommand, ...scans, "--output", thin, "--least-lung", "20");
    const check = (cohort: string) =>
      run(qc, "--cohort", cohort, "--output", join(dir, "qc"), "--lungs", "threshold").then(({ json }) =>
        (json as { counts: Record<string, number> }).counts
      );
    assertEquals(await check(usual), { ok: 0, flagged: 0, refused: 4 });
    assertEquals(await check(thin), { ok: 0, flagged: 4, refused: 0 });

    const model = join(dir, "model.safetensors");
    const options = ["--profile", "smoke", "--lungs", "threshold", "--cache", join(dir, "cache"), "--output", model];
    const none = await assertRejects(() => run(fit, "--cohort", usual, ...options), InputError);
    assertStringIncludes(none.message, "at least 300 mL");
    await run(fit, "--cohort", thin, ...options);
    const { preprocessing } = await loadModel(model, onnxEngine());
    assertEquals(preprocessing?.leastLungVolume, 20);
    const scan = join(dir, "scans", "A.nii.gz");
    const { json } = await run(predict, "--model", model, "--input", scan, "--lungs", "threshold");
    assertEquals((json as { survival: unknown[] }).survival.length, 25);

    const one = ["--input", scan, "--output", join(dir, "one"), "--lungs", "threshold"];
    await assertRejects(() => run(preprocess, ...one), InputError, "at least 300 mL");
    await run(preprocess, ...one, "--least-lung", "20");
    await assertRejects(() => run(preprocess, ...one, "--least-lung", "some"), InputError, "--least-lung takes mL");
  }));

Deno.test("a study preprocesses as its cohort asks, and otherwise as before", async () => {
  const choices = protocols.paper;
  assertEquals(preprocessing(choices), preprocessing(choices, {}));
  assertEquals("leastLungVolume" in preprocessing(choices), false);
  assertEquals(preprocessing(choices, { leastLung: 20 }).leastLungVolume, 20);
  await inFolder(async (dir) => {
    await run(importCommand, ...await writeScans(dir), "--output", join(dir, "thin"), "--least-lung", "20");
    const environment = { ...readEnvironment(() => undefined), profile: "smoke", cohort: join(dir, "thin") };
    const study = await openStudy({
      environment: { ...environment, lungs: undefined, set: ["lungs=threshold"] },
      cache: join(dir, "cache"),
      folder: join(dir, "results"),
    });
    const { patients } = await study.features("alexnet", { weights: "seeded" });
    await study.segmenter.dispose();
    assertEquals(patients.length, 4);
  });
});
