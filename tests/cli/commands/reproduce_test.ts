import { assertMatch, assertRejects } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { parseCommand } from "@ctsurv/cli/command.ts";
import { reproduce } from "@ctsurv/cli/commands/reproduce.ts";
import { environmentOf } from "../../support/environment_of.ts";
import { inFolder } from "../../support/in_folder.ts";

// That it runs the notebooks and prints what they found is tested in tests/notebook/notebooks_test.ts.
const call = (args: readonly string[], variables: Readonly<Record<string, string>> = {}) =>
  reproduce.run({ ...parseCommand(reproduce, args), environment: environmentOf(variables) });

/** A cohort of patients who died after 100 days and whose images cannot be read. */
async function writeCohort(dir: string, patients: readonly string[]): Promise<void> {
  await Deno.mkdir(join(dir, "images"), { recursive: true });
  const manifest = { format: 1, name: "broken", source: "a test", licence: "MIT", exclusions: [] };
  await Deno.writeTextFile(join(dir, "cohort.json"), JSON.stringify(manifest));
  const rows = patients.map((patient) => `${patient},100,1\n`).join("");
  await Deno.writeTextFile(join(dir, "clinical.csv"), `PatientID,Survival.time,deadstatus.event\n${rows}`);
  for (const patient of patients) await Deno.writeTextFile(join(dir, "images", `${patient}.nii`), "no image");
}

Deno.test("reproduce refuses an unknown profile and a folder without a cohort before anything runs", async () => {
  await assertRejects(() => call(["--profile", "fast"]), InputError, 'Unknown profile "fast"');
  await assertRejects(() => call(["--cohort", "no/such/folder"]), InputError, "there is no such folder");
});

Deno.test("reproduce refuses a cohort too small for the folds, and missing weights, before anything runs", async () => {
  await inFolder(async (dir) => {
    await writeCohort(dir, ["A", "B"]);
    const cohort = ["--cohort", dir, "--output-notebooks", join(dir, "notebooks")];
    const attempt = (...args: string[]) => call([...args, ...cohort], { CTSURV_WEIGHTS_DIR: dir });
    await assertRejects(() => attempt(), InputError, "too few patients for 10 folds: 2, of whom 2 died");
    await writeCohort(dir, [..."ABCDEFGHIJ"]);
    await assertRejects(() => attempt("--profile", "paper"), InputError, "weights fetch r3d_18");
    await assertRejects(() => Deno.stat(join(dir, "notebooks")), Deno.errors.NotFound);
  });
});

Deno.test("reproduce names the cell that failed and its error", async () => {
  await inFolder(async (dir) => {
    const cohort = join(dir, "cohort");
    // As many as the profile has folds.
    await writeCohort(cohort, ["A", "B", "C"]);
    const error = await assertRejects(
      () => call(["--profile", "smoke", "--cohort", cohort, "--output-notebooks", dir]),
      InputError,
    );
    const { message } = error as Error;
    assertMatch(message, /^Cell \d+ of .*01_preprocessing\.ipynb failed: InputError: .*A\.nii/);
    assertMatch(message, /The outputs so far are saved in .*01_preprocessing\.ipynb$/);
  });
});
