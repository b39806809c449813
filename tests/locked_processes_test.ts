import { assertEquals, assertNotEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { startKernel } from "@ctsurv/notebook/kernel/kernel.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Every TypeScript file of a folder of the checkout. */
function* sources(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(root + folder)) {
    if (isDirectory) yield* sources(`${folder}/${name}`);
    else if (name.endsWith(".ts")) yield `${folder}/${name}`;
  }
}

Deno.test("a process that runs Deno names the lock file: it never resolves packages anew", async () => {
  const found: string[] = [];
  for (const path of ["lib", "tests", "bench", "docs"].flatMap((folder) => [...sources(folder)])) {
    const text = await Deno.readTextFile(root + path);
    if (path === "tests/locked_processes_test.ts" || !text.includes("Deno.execPath()")) continue;
    // "jupyter" has no such option and "fmt" loads no module; the kernel is tested below.
    for (const [call] of text.matchAll(/"(?:run|check|test|doc|cache|install)", ?(?:"-|\.\.\.)[^\]]*/g)) {
      if (!/--frozen|locked/.test(call)) found.push(`${path}: ${call}`);
    }
    if (/--no-lock|--reload|--no-config"(?!, "--ext)/.test(text)) found.push(`${path}: without the lock file`);
  }
  assertEquals(found, []);
});

Deno.test("deno.json freezes the lock file for every command and for kernels of the checkout", async () => {
  const before = await Deno.readTextFile(`${root}deno.lock`);
  assertEquals(JSON.parse(await Deno.readTextFile(`${root}deno.json`)).lock, { frozen: true });
  await using kernel = await startKernel({ cwd: `${root}notebooks`, env: {} });
  assertEquals((await kernel.execute('import { z } from "zod"; z.string()', {})).error, undefined);
  // A package of the registry that the lock file has not; where there is no network, it fails as well.
  assertNotEquals((await kernel.execute('import "npm:is-odd@3.0.1"', {})).error, undefined);
  assertEquals(await Deno.readTextFile(`${root}deno.lock`), before);
});
