import { join } from "node:path";
import { assertMatch, assertRejects } from "@std/assert";
import { InputError } from "@ctsurv/common/mod.ts";
import { parseCommand } from "../../lib/cli/command.ts";
import { reproduce } from "../../lib/cli/reproduce.ts";
import { inFolder } from "../support/in_folder.ts";

// That it runs the notebooks and prints what they found is tested in tests/notebook/notebooks_test.ts.
const call = (...args: string[]) => reproduce.run(parseCommand(reproduce, args));

Deno.test("reproduce refuses an unknown profile and a folder without a cohort before anything runs", async () => {
  await assertRejects(() => call("--profile", "fast"), InputError, 'Unknown profile "fast"');
  await assertRejects(() => call("--cohort", "no/such/folder"), InputError, "there is no such folder");
});

Deno.test("reproduce names the cell that failed and its error", async () => {
  await inFolder(async (dir) => {
    const cohort = join(dir, "cohort");
    await Deno.mkdir(join(cohort, "images"), { recursive: true });
    const manifest = { format: 1, name: "broken", source: "a test", licence: "MIT", exclusions: [] };
    await Deno.writeTextFile(join(cohort, "cohort.json"), JSON.stringify(manifest));
    await Deno.writeTextFile(join(cohort, "clinical.csv"), "PatientID,Survival.time,deadstatus.event\nA,100,1\n");
    await Deno.writeTextFile(join(cohort, "images", "A.nii"), "no image");
    const error = await assertRejects(
      () => call("--profile", "smoke", "--cohort", cohort, "--output-notebooks", dir),
      InputError,
    );
    const { message } = error as Error;
    assertMatch(message, /^Cell \d+ of .*01_preprocessing\.ipynb failed: InputError: .*A\.nii/);
    assertMatch(message, /What ran until then is saved in .*01_preprocessing\.ipynb$/);
  });
});
