import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { jupyterDataFolder } from "@ctsurv/cli/commands/kernel.ts";
import { inFolder } from "../../support/in_folder.ts";
import { lockedRun } from "../../support/locked_run.ts";

const entry = new URL("../../../lib/cli/main.ts", import.meta.url).pathname;

/** Runs the command in a process of its own, which finds Jupyter's folder in its environment. */
async function run(dir: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: lockedRun(entry, "kernel", ...args),
    env: { JUPYTER_DATA_DIR: dir, NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout), message: decoder.decode(stderr) };
}

Deno.test("kernel writes a specification that runs this Deno", () =>
  inFolder(async (dir) => {
    const folder = join(dir, "kernels", "deno");
    assertEquals(JSON.parse((await run(dir, "--json")).text), { folder, deno: Deno.execPath(), written: true });
    const spec = JSON.parse(await Deno.readTextFile(join(folder, "kernel.json")));
    assertEquals(spec, {
      argv: [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"],
      display_name: "Deno",
      language: "typescript",
      interrupt_mode: Deno.build.os === "windows" ? "message" : "signal",
      env: { NO_COLOR: "1" },
    });
    assertStringIncludes((await run(dir)).text, `already in ${folder}`);
  }));

Deno.test("kernel replaces another kernel of that name only with --force", () =>
  inFolder(async (dir) => {
    const folder = join(dir, "kernels", "deno");
    const path = join(folder, "kernel.json");
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(path, '{"argv": ["/old/deno"]}');
    const { code, message } = await run(dir);
    assertEquals(code, 2);
    assertStringIncludes(message, "/old/deno");
    assertStringIncludes(message, "--force");
    assertEquals(await Deno.readTextFile(path), '{"argv": ["/old/deno"]}');
    assertStringIncludes((await run(dir, "--force")).text, `is in ${folder}`);
    assertStringIncludes(await Deno.readTextFile(path), '"interrupt_mode"');
  }));

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
