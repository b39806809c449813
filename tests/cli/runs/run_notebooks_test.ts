import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { runNotebookFile } from "@ctsurv/cli/runs/run_notebooks.ts";
import { temporaryNotebook } from "../../notebook/support.ts";
import { lockedRun } from "../../support/locked_run.ts";

Deno.test("runNotebookFile() says where a notebook that failed is saved, unless that folder is temporary", async () => {
  await using notebook = await temporaryNotebook(['throw new Error("red")']);
  const run = (temporary?: string) =>
    assertRejects(() => runNotebookFile(notebook.path, { temporary }), InputError, "red") as Promise<Error>;
  assertStringIncludes((await run()).message, `The outputs so far are saved in ${notebook.path}`);
  assertEquals((await run(notebook.folder)).message.includes("saved"), false);
});

Deno.test({
  name: "runNotebookFile() removes a temporary folder on Ctrl-C",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using notebook = await temporaryNotebook(["await new Promise(() => {})"]);
    const temporary = join(notebook.folder, "temporary");
    const script = join(notebook.folder, "run.ts");
    const module = new URL("../../../lib/cli/runs/run_notebooks.ts", import.meta.url).href;
    const options = JSON.stringify({ output: join(temporary, "notebook.ipynb"), temporary });
    await Deno.mkdir(temporary);
    await Deno.writeTextFile(
      script,
      `import { runNotebookFile } from ${JSON.stringify(module)};
       await runNotebookFile(${JSON.stringify(notebook.path)}, ${options});`,
    );
    const args = lockedRun(script);
    const runner = new Deno.Command(Deno.execPath(), { args, stdout: "null", stderr: "piped" }).spawn();
    let text = "";
    for await (const chunk of runner.stderr.pipeThrough(new TextDecoderStream())) {
      // Its progress begins with the first cell.
      if (text === "") Deno.kill(runner.pid, "SIGINT");
      text += chunk;
    }
    assertEquals((await runner.status).signal, "SIGINT");
    assertStringIncludes(text, "interrupted (");
    assertEquals(existsSync(temporary), false);
  },
});
