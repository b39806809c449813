import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { parseCommand } from "@ctsurv/cli/command.ts";
import { verify } from "@ctsurv/cli/commands/verify.ts";
import { writeTable1 } from "@ctsurv/report/mod.ts";
import { sampleResult } from "../../report/samples.ts";
import { inFolder } from "../../support/in_folder.ts";
import { lockedRun } from "../../support/locked_run.ts";

// That it finds what is committed is tested in tests/notebook/notebooks_test.ts, where the notebooks run anyway.
const call = (...args: string[]) => verify.run(parseCommand(verify, args));

/** Made-up results, and others of which one Ctd is lower by 0.05. */
async function twoResults(dir: string): Promise<[string, string]> {
  const result = sampleResult();
  const [first, ...rest] = result.models;
  const pooled = { ...first!.pooled, value: first!.pooled.value! - 0.05 };
  const [a, b] = [join(dir, "a"), join(dir, "b")];
  await writeTable1(join(a, "table1.json"), result);
  await writeTable1(join(b, "table1.json"), { ...result, models: [{ ...first!, pooled }, ...rest] });
  return [a, b];
}

Deno.test("verify compares two folders of results; its exit code is 1 where something moved", async () => {
  await inFolder(async (dir) => {
    const [a, b] = await twoResults(dir);
    const passed = await call("--against", a, "--results", b);
    assertEquals(passed.exitCode, 0);
    assertStringIncludes(passed.text, "No number differs by more than its tolerance");
    const moved = await call("--against", a, "--results", b, "--tolerance", "ctd=0.02");
    assertEquals(moved.exitCode, 1);
    assertStringIncludes(
      moved.text,
      "Table 1, EfficientNetB0 + soft attention, pooled Ctd: 0.620 -> 0.570 (tolerance 0.02)",
    );
    assertStringIncludes(moved.text, "deno task reproduce --profile smoke --output-notebooks DIR");
    const { passed: isSame, differences } = moved.json as { passed: boolean; differences: readonly unknown[] };
    assertEquals([isSame, differences.length], [false, 1]);
  });
});

Deno.test("verify refuses, before anything runs, results of another profile and folders without results", async () => {
  await inFolder(async (dir) => {
    const [a] = await twoResults(dir);
    await assertRejects(() => call("--against", a, "--profile", "workshop"), InputError, "Use --profile smoke");
    await assertRejects(() => call("--against", dir), InputError, "Cannot read the results");
    const kept = ["--against", a, "--profile", "smoke", "--keep", dir];
    await assertRejects(() => call(...kept), InputError, "already exists");
    await assertRejects(() => call("--against", a, "--results", a, "--keep", join(dir, "new")), InputError, "--keep");
    await assertRejects(() => call("--against", a, "--results", join(dir, "none")), InputError, "is not a folder");
    await assertRejects(
      () => call("--against", a, "--results", a, "--tolerance", "x"),
      InputError,
      "--tolerance takes",
    );
  });
});

Deno.test("ctsurv gives verify's exit code: 0, 1 where something moved, 2 for wrong input", async () => {
  await inFolder(async (dir) => {
    const [a, b] = await twoResults(dir);
    const main = new URL("../../../lib/cli/main.ts", import.meta.url).pathname;
    const code = async (...args: string[]) => {
      const all = lockedRun(main, "verify", "--against", a, "--results", b, ...args);
      return (await new Deno.Command(Deno.execPath(), { args: all, stdout: "null", stderr: "null" }).output()).code;
    };
    assertEquals(await Promise.all([code(), code("--tolerance", "0", "--json"), code("--tolerance", "red")]), [
      0,
      1,
      2,
    ]);
  });
});
