import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { parseCommand } from "@ctsurv/cli/command.ts";
import { jupyterDataFolder, kernel } from "@ctsurv/cli/commands/kernel.ts";
import { inFolder } from "../../support/in_folder.ts";
import { withEnv } from "../../support/with_env.ts";

const run = (...args: string[]) => kernel.run(parseCommand(kernel, args));

Deno.test("kernel writes a specification that runs this Deno", () =>
  inFolder((dir) =>
    withEnv({ JUPYTER_DATA_DIR: dir }, async () => {
      const { text, json } = await run();
      const folder = join(dir, "kernels", "deno");
      assertEquals(json, { folder, deno: Deno.execPath(), written: true });
      assertStringIncludes(text, folder);
      const spec = JSON.parse(await Deno.readTextFile(join(folder, "kernel.json")));
      assertEquals(spec, {
        argv: [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"],
        display_name: "Deno",
        language: "typescript",
        interrupt_mode: Deno.build.os === "windows" ? "message" : "signal",
        env: { NO_COLOR: "1" },
      });
      assertStringIncludes((await run()).text, "already in");
    })
  ));

Deno.test("kernel replaces another kernel of that name only with --force", () =>
  inFolder((dir) =>
    withEnv({ JUPYTER_DATA_DIR: dir }, async () => {
      const path = join(dir, "kernels", "deno", "kernel.json");
      await Deno.mkdir(join(dir, "kernels", "deno"), { recursive: true });
      await Deno.writeTextFile(path, '{"argv": ["/old/deno"]}');
      const { message } = await assertRejects(() => run(), InputError) as Error;
      assertStringIncludes(message, "/old/deno");
      assertStringIncludes(message, "--force");
      assertEquals(await Deno.readTextFile(path), '{"argv": ["/old/deno"]}');
      await run("--force");
      assertStringIncludes(await Deno.readTextFile(path), '"interrupt_mode"');
    })
  ));

Deno.test("jupyterDataFolder() is where jupyter_core 5.9 looks, on each system", () => {
  const folder = (os: typeof Deno.build.os, env: Record<string, string>) =>
    jupyterDataFolder({ os, env: (name) => env[name] }).replaceAll("\\", "/");
  const home = { HOME: "/home/a", USERPROFILE: "C:/Users/a" };
  assertEquals(folder("linux", home), "/home/a/.local/share/jupyter");
  assertEquals(folder("linux", { ...home, XDG_DATA_HOME: "/data/a" }), "/data/a/jupyter");
  assertEquals(folder("darwin", { ...home, XDG_DATA_HOME: "/data/a" }), "/home/a/Library/Jupyter");
  assertEquals(folder("windows", { ...home, APPDATA: "C:/Users/a/AppData" }), "C:/Users/a/AppData/jupyter");
  assertEquals(folder("windows", home), "C:/Users/a/.jupyter/data");
  assertEquals(folder("linux", { ...home, JUPYTER_DATA_DIR: "/opt/jupyter" }), "/opt/jupyter");
});
