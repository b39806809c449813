import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { DiskFullError, InputError, OutputError, writeAtomic } from "@ctsurv/base/mod.ts";
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
    await Deno.mkdir(join(dir, "taken", "inside"), { recursive: true });
    await assertRejects(() => writeAtomic(join(dir, "taken"), "x"), OutputError, "taken is a folder; give the name");
    assertEquals(await names(dir), ["taken"]);
  }));

Deno.test({
  name: "writeAtomic() keeps what it wrote where the file cannot get its name, and says where",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (dir) => {
      const path = join(dir, "model");
      const rename = Deno.rename;
      Deno.rename = () => Promise.reject(Object.assign(new Error("Device or resource busy"), { code: "EBUSY", path }));
      const { message } = await assertRejects(() => writeAtomic(path, "trained"), OutputError)
        .finally(() => Deno.rename = rename);
      const [kept] = await names(dir);
      assertEquals(
        message,
        `${path}: another program uses it. What was to be written there is in ${join(dir, kept!)}: rename it`,
      );
      assertEquals(await Deno.readTextFile(join(dir, kept!)), "trained");
    }),
});

Deno.test({
  name: "writeAtomic() writes to a device and never replaces it, or a pipe",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (dir) => {
      const [nothing, pipe] = [join(dir, "null"), join(dir, "pipe")];
      await Deno.symlink("/dev/null", nothing);
      await writeAtomic(nothing, "gone");
      assertEquals((await Deno.lstat(nothing)).isSymlink, true);
      assertEquals((await Deno.stat("/dev/null")).isCharDevice, true);
      await new Deno.Command("mkfifo", { args: [pipe] }).output();
      await assertRejects(() => writeAtomic(pipe, "x"), OutputError, "is a named pipe, a socket or a disk");
      assertEquals((await Deno.stat(pipe)).isFifo, true);
      await assertRejects(() => writeAtomic("/dev/full", "x"), DiskFullError, "/dev/full cannot be written");
    }),
});

Deno.test("writeAtomic() says why a file cannot be written: a file in place of a folder, a name too long, a circle", () =>
  inFolder(async (dir) => {
    await Deno.writeTextFile(join(dir, "file"), "");
    const refused = async (name: string, reason: string) => {
      const { message } = await assertRejects(() => writeAtomic(join(dir, name), "x"), InputError);
      assertStringIncludes(message, reason);
    };
    await refused("file/in/it", "a part of the path is a file, not a folder");
    await refused("x".repeat(300), "the name is too long");
    if (Deno.build.os === "windows") return;
    await Deno.symlink("circle", join(dir, "circle"));
    await refused("circle/file", "it is a link that leads in a circle");
    await writeAtomic(join(dir, "x".repeat(250)), "a long name is a name");
    assertEquals((await names(dir)).filter((name) => name.endsWith(".partial")), []);
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
