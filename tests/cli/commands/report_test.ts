import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { parseCommand } from "@ctsurv/cli/command.ts";
import { report } from "@ctsurv/cli/commands/report.ts";
import { assertHarmless, assertWhole } from "../../notebook/pages/support.ts";
import { inFolder } from "../../support/in_folder.ts";

const call = (...args: string[]) => report.run(parseCommand(report, args));

Deno.test("report makes pages of the project's own notebooks that are whole and harmless", async () => {
  await inFolder(async (dir) => {
    const { json, text } = await call(dir);
    const { pages } = json as { pages: string[] };
    assert(pages.length >= 5);
    assert(text.endsWith(join(dir, "index.html")));
    for (const page of pages) {
      assertHarmless(await Deno.readTextFile(page));
      assertWhole(dir, page.slice(dir.length + 1));
    }
  });
});

Deno.test("report does not write over a page of somebody else", async () => {
  await inFolder(async (dir) => {
    await Deno.writeTextFile(join(dir, "index.html"), "<h1>Mine</h1>");
    await assertRejects(() => call(dir), InputError, "index.html was not made by ctsurv");
    assertEquals(await Deno.readTextFile(join(dir, "index.html")), "<h1>Mine</h1>");
    assertEquals((await Array.fromAsync(Deno.readDir(dir))).length, 1);
  });
});

Deno.test("report names the folder that is not there", async () => {
  await assertRejects(() => call("no/such/results"), InputError, "no/such/results: there is no such folder");
  await inFolder(async (dir) => {
    await assertRejects(
      () => call(dir, "--notebooks", "no/notebooks"),
      InputError,
      "no/notebooks: there is no such folder",
    );
  });
});
