import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { parseCommand } from "@ctsurv/cli/command.ts";
import { phantom } from "@ctsurv/cli/commands/phantom.ts";
import { inFolder } from "../../support/in_folder.ts";

const run = (...args: string[]) => phantom.run(parseCommand(phantom, args));

Deno.test("phantom makes a cohort, and says that it is there the second time", () =>
  inFolder(async (dir) => {
    const output = join(dir, "claro");
    const args = ["--cohort", "phantom-claro", "--output", output, "--patients", "4", "--seed", "3"];
    const first = await run(...args);
    const json = first.json as Record<string, number | string | null>;
    assertEquals([json.cohort, json.patients, json.written], ["phantom-claro", 4, 4]);
    assertEquals(json.output, output);
    assert(Number(json.deathsWithin24Months) <= 4 && Number(json.seconds) > 0);
    assert(json.bestReachableCtd === null || Number(json.bestReachableCtd) <= 1);
    assertStringIncludes(first.text, "4 made in");
    assertStringIncludes(first.text, `${join(output, "laws", "null")}: the same scans; survival depends on nothing`);
    const { laws, replaced } = first.json as { laws: Record<string, unknown>[]; replaced: unknown };
    assertEquals(replaced, null);
    assertEquals(laws.map(({ law, cohort, output }) => [law, cohort, output]), [
      ["tissue", "phantom-claro", output],
      ["size", "phantom-claro-size", join(output, "laws", "size")],
      ["null", "phantom-claro-null", join(output, "laws", "null")],
    ]);
    assertEquals(laws[0]!.bestReachableCtd, json.bestReachableCtd);
    // Everyone has the same curve.
    assert([0.5, null].includes(laws[2]!.bestReachableCtd as number | null));
    const again = await run(...args);
    assertEquals((again.json as Record<string, unknown>).written, 0);
    assertStringIncludes(again.text, "already there");
  }));

Deno.test("phantom refuses a folder that holds something else, and numbers that are none", () =>
  inFolder(async (dir) => {
    await Deno.writeTextFile(join(dir, "thesis.txt"), "precious");
    await assertRejects(() => run("--output", dir), InputError, "holds no phantom cohort");
    const output = join(dir, "new");
    await assertRejects(
      () => run("--output", output, "--patients", "many"),
      InputError,
      "--patients takes a whole number",
    );
    await assertRejects(() => run("--output", output, "--patients", "1e9"), InputError, "--patients");
    await assertRejects(() => run("--output", output, "--cohort", "lung1"), InputError, "phantom-lung1, phantom-claro");
    assertEquals((await Array.fromAsync(Deno.readDir(dir))).map(({ name }) => name), ["thesis.txt"]);
  }));
