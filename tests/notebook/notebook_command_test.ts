import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { parseCommand } from "@ctsurv/cli/command.ts";
import { notebook } from "@ctsurv/cli/commands/notebook.ts";
import { temporaryNotebook } from "./support.ts";

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
