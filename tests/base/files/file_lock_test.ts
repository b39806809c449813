import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { fileExists, withFileLock } from "@ctsurv/base/mod.ts";
import { inFolder } from "../../support/in_folder.ts";

Deno.test("withFileLock() lets one at a time in, however many wait, and leaves no file", () =>
  inFolder(async (dir) => {
    const path = join(dir, "new", ".lock");
    let inside = 0, most = 0, waited = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 20));
      return --inside;
    };
    const results = await Promise.all(
      Array.from({ length: 5 }, () => withFileLock(path, work, { onWait: () => void waited++ })),
    );
    assertEquals([most, results], [1, [0, 0, 0, 0, 0]]);
    assertEquals(waited > 0, true);
    assertEquals(await fileExists(path), false);
  }));

Deno.test("withFileLock() ends the lock where the work fails, and takes over a file that was left", () =>
  inFolder(async (dir) => {
    const path = join(dir, ".lock");
    await Deno.writeTextFile(path, "");
    await assertRejects(() => withFileLock(path, () => Promise.reject(new Error("broken"))), Error, "broken");
    assertEquals(await fileExists(path), false);
    assertEquals(await withFileLock(path, () => Promise.resolve(7)), 7);
  }));

Deno.test("withFileLock() does the work without a lock where nothing can be written", () =>
  inFolder(async (dir) => {
    await Deno.writeTextFile(join(dir, "file"), "");
    assertEquals(await withFileLock(join(dir, "file", "within", ".lock"), () => Promise.resolve(7)), 7);
  }));
