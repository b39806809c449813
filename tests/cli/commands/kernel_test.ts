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
    const shell = Deno.build.os === "windows" ? [] : ["/bin/sh", "-c", `trap '' INT; exec "$0" "$@"`];
    assertEquals(spec, {
      argv: [...shell, Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"],
      display_name: "Deno",
      language: "typescript",
      interrupt_mode: Deno.build.os === "windows" ? "message" : "signal",
      env: { NO_COLOR: "1" },
    });
    assertStringIncludes((await run(dir)).text, `already in ${folder}`);
  }));

Deno.test({
  name: "a kernel that the specification starts survives Stop before the library is there",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (dir) => {
      await run(dir);
      const { argv } = JSON.parse(await Deno.readTextFile(join(dir, "kernels", "deno", "kernel.json")));
      const connection = join(dir, "connection.json");
      const ports = Object.fromEntries(
        ["shell", "iopub", "stdin", "control", "hb"].map((name) => [`${name}_port`, freePort()]),
      );
      const transport = { transport: "tcp", ip: "127.0.0.1", key: "k", signature_scheme: "hmac-sha256" };
      await Deno.writeTextFile(connection, JSON.stringify({ ...transport, ...ports }));
      const [command, ...args] = argv.map((arg: string) => arg.replace("{connection_file}", connection));
      const child = new Deno.Command(command, { args, stdout: "null", stderr: "null" }).spawn();
      try {
        await answers(ports.shell_port!);
        child.kill("SIGINT");
        // A kernel that the signal ends is gone within milliseconds.
        const ended = await Promise.race([child.status, new Promise((resolve) => setTimeout(resolve, 1000, "alive"))]);
        assertEquals(ended, "alive");
        await answers(ports.shell_port!);
      } finally {
        child.kill("SIGKILL");
        await child.status;
      }
    }),
});

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Waits until somebody listens at a port. */
async function answers(port: number): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error("The kernel does not listen");
}

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
