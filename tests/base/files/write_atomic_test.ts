import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import { inFolder } from "../../support/in_folder.ts";
import { lockedRun } from "../../support/locked_run.ts";

const names = async (dir: string) => (await Array.fromAsync(Deno.readDir(dir))).map(({ name }) => name);

Deno.test("writeAtomic() makes the folder, replaces a file, and leaves nothing else", () =>
  inFolder(async (dir) => {
    const path = join(dir, "a", "b", "file");
    await writeAtomic(path, "old");
    await writeAtomic(path, Uint8Array.of(110, 101, 119));
    assertEquals(await Deno.readTextFile(path), "new");
    assertEquals(await names(join(dir, "a", "b")), ["file"]);
  }));

Deno.test("writeAtomic() leaves the old file and no part of the new one where a write fails", () =>
  inFolder(async (dir) => {
    // A folder cannot be replaced by a file: the rename fails after all was written.
    await Deno.mkdir(join(dir, "taken", "inside"), { recursive: true });
    await assertRejects(() => writeAtomic(join(dir, "taken"), "x"));
    assertEquals(await names(dir), ["taken"]);
  }));

Deno.test({
  name: "writeAtomic() says what to do where the disk is full, and what was there stays",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (dir) => {
      const path = join(dir, "file");
      await Deno.writeTextFile(path, "old");
      const script = join(dir, "script.ts");
      await Deno.writeTextFile(
        script,
        `import { DiskFullError, writeAtomic } from ${JSON.stringify(import.meta.resolve("@ctsurv/base/mod.ts"))};
         try { await writeAtomic(${JSON.stringify(path)}, new Uint8Array(1e6)); }
         catch (error) { console.log(error instanceof DiskFullError, error.name + ": " + error.message); }`,
      );
      // A limit on the size of files stands in for a full disk, which takes an administrator to make.
      const limited = `trap '' XFSZ; ulimit -f 8; exec "$@"`;
      const { stdout, stderr } = await new Deno.Command("sh", {
        args: ["-c", limited, "sh", Deno.execPath(), ...lockedRun(script)],
      }).output();
      const text = new TextDecoder().decode(stdout);
      assertStringIncludes(text, `true InputError: ${path} cannot be written: `, new TextDecoder().decode(stderr));
      assertStringIncludes(text, "Free some space");
      assertEquals(await Deno.readTextFile(path), "old");
      assertEquals((await names(dir)).sort(), ["file", "script.ts"]);
    }),
});
