import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { crossValidate } from "@ctsurv/cli/commands/cross_validate.ts";
import { phantom } from "@ctsurv/cli/commands/phantom.ts";
import { prepare } from "@ctsurv/cli/commands/prepare.ts";
import { findRow, profiles, rowNames } from "@ctsurv/study/mod.ts";
import { resultFiles } from "@ctsurv/report/mod.ts";
import { inFolder } from "./support/in_folder.ts";

const root = new URL("../", import.meta.url).pathname;
const text = await Deno.readTextFile(join(root, "workflow", "Snakefile"));
const commands = { phantom, prepare, "cross-validate": crossValidate };

Deno.test("the Snakefile calls commands that there are, with options that they take", () => {
  const calls = [...text.matchAll(/\{CTSURV\} ([\w-]+)([^"]*)/g)];
  assertEquals(new Set(calls.map(([, name]) => name)), new Set(Object.keys(commands)));
  const study = /^STUDY = f"(.*)"$/m.exec(text)![1]!;
  for (const [, name, rest] of calls) {
    const { options } = commands[name as keyof typeof commands];
    for (const [, option] of rest!.replace("{STUDY}", study).matchAll(/--([a-z-]+)/g)) {
      assert(option === "json" || Object.hasOwn(options, option!), `${name} --${option}`);
    }
  }
});

Deno.test("the Snakefile has the models, the folds and the patients of the profiles", () => {
  const table = /^BACKBONES = \{\n([^}]*)\}/m.exec(text)![1]!;
  const rows = [...table.matchAll(/"(\w+)": "(\w+)"/g)].map(([, model, backbone]) => [model, backbone]);
  const expected = rowNames.filter((name) => name !== "clinical" && !findRow(name).fusion).map((
    name,
  ) => [name, findRow(name).backbone]);
  assertEquals(rows.toSorted(), expected.toSorted() as typeof rows);
  const patients = /PHANTOMS = \{(.*)\}\[PROFILE\]/.exec(text)![1]!;
  for (const { name, phantomPatients, folds } of Object.values(profiles)) {
    assert(patients.includes(`"${name}": ${phantomPatients.lung1}`), name);
    assertEquals(folds, name === "smoke" ? 3 : 10);
  }
});

/** Whether Snakemake 8 or later is there, which is no part of the project. */
async function hasSnakemake(): Promise<boolean> {
  try {
    const { stdout } = await new Deno.Command("snakemake", { args: ["--version"], stderr: "null" }).output();
    return Number.parseInt(new TextDecoder().decode(stdout)) >= 8;
  } catch {
    return false;
  }
}

Deno.test({
  name: "the workflow runs on this machine, and then has nothing to do",
  ignore: !await hasSnakemake(),
  fn: () =>
    inFolder(async (dir) => {
      const output = join(dir, "results");
      const run = async () => {
        const settings = ["profile=smoke", "models=alexnet", `output=${output}`, `deno=${Deno.execPath()}`];
        const args = ["-s", "workflow/Snakefile", "--cores", "2", "--config", ...settings];
        const env = { CTSURV_LUNGS: "threshold" };
        const { code, stderr } = await new Deno.Command("snakemake", { args, cwd: root, env, stdout: "null" }).output();
        const said = new TextDecoder().decode(stderr);
        assertEquals(code, 0, said);
        return said;
      };
      await run();
      assert((await resultFiles(output)).includes("table1.json"));
      assert((await run()).includes("Nothing to be done"));
    }),
});
