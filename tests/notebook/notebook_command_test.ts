import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { parseCommand } from "@ctsurv/cli/command.ts";
import { notebook } from "@ctsurv/cli/commands/notebook.ts";
import { readNotebook } from "@ctsurv/notebook/_notebook_document.ts";
import { environmentVariables } from "@ctsurv/study/mod.ts";
import { environmentOf } from "../support/environment_of.ts";
import { printed, temporaryNotebook } from "./support.ts";

const call = (...args: string[]) => notebook.run(parseCommand(notebook, args));

Deno.test("notebook passes profile and cohort, and tells where it saved", async () => {
  await using file = await temporaryNotebook([
    'console.log(Deno.env.get("CTSURV_PROFILE"), Deno.env.get("CTSURV_COHORT"))',
  ]);
  const { json } = await call(file.path, "--profile", "smoke", "--cohort", "some/where");
  assertEquals((json as { cells: number }).cells, 1);
  // The kernel runs in the notebook's folder, so the path is made absolute.
  assertMatch(await Deno.readTextFile(file.path), /smoke \/.*\/some\/where/);
});

Deno.test("notebook tells its kernel what the environment says that it is given", async () => {
  await using file = await temporaryNotebook(["console.log(JSON.stringify(Deno.env.toObject()))"]);
  const environment = environmentOf({ CTSURV_OUTPUTS: "/out", CTSURV_LUNGS: "threshold" });
  await notebook.run({ ...parseCommand(notebook, [file.path]), environment });
  const [cell] = (await readNotebook(file.path)).cells;
  assert(cell?.cell_type === "code");
  const told = JSON.parse(printed(cell));
  for (const [name, value] of Object.entries(environmentVariables(environment))) assertEquals(told[name], value);
});

Deno.test("notebook names the cell, its first line and the error", async () => {
  await using file = await temporaryNotebook(["1", '// second\nthrow new Error("no such thing")']);
  const error = await assertRejects(() => call(file.path), InputError);
  assertMatch(
    (error as Error).message,
    /^Cell 2 of .*test\.ipynb failed: Error: no such thing\nThe cell begins: \/\/ second\n/,
  );
});

Deno.test("notebook refuses an unknown profile", async () => {
  await assertRejects(() => call("x.ipynb", "--profile", "fast"), InputError, 'Unknown profile "fast"');
});
