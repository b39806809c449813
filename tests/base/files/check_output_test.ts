import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { checkOutputFile, checkOutputFolder, InputError } from "@ctsurv/base/mod.ts";
import { inFolder } from "../../support/in_folder.ts";

const names = async (dir: string) => (await Array.fromAsync(Deno.readDir(dir))).map(({ name }) => name);
const refused = (check: Promise<void>, reason: string) => assertRejects(() => check, InputError, reason);

Deno.test("checkOutputFile() lets a file be written, new or again, in a folder that is there or not, and leaves nothing", () =>
  inFolder(async (dir) => {
    await checkOutputFile(join(dir, "a", "b", "model.safetensors"));
    await Deno.writeTextFile(join(dir, "old.csv"), "");
    await checkOutputFile(join(dir, "old.csv"));
    await checkOutputFolder(join(dir, "new"));
    await checkOutputFolder(dir);
    if (Deno.build.os !== "windows") await checkOutputFile("/dev/null");
    assertEquals(await names(dir), ["old.csv"]);
  }));

Deno.test("checkOutputFile() refuses a folder, a file in place of a folder, and the work's own input", () =>
  inFolder(async (dir) => {
    const table = join(dir, "table.csv");
    await Deno.writeTextFile(table, "");
    await Deno.mkdir(join(dir, "folder"));
    await refused(checkOutputFile(join(dir, "folder")), "is a folder; give the name of a file in it");
    await refused(checkOutputFile(join(dir, "none") + "/"), "is the name of a folder; give the name of a file in it");
    await refused(checkOutputFile(join(table, "x")), "a part of the path is a file, not a folder");
    await refused(checkOutputFolder(table), "table.csv is a file; give the name of a folder");
    await refused(checkOutputFolder(join(table, "x")), "a part of the path is a file, not a folder");
    await refused(
      checkOutputFile(join(dir, "folder", "..", "table.csv"), { inputs: [table] }),
      "written over the input",
    );
    await checkOutputFile(join(dir, "other.csv"), { inputs: [table, join(dir, "none")] });
  }));

Deno.test("checkOutputFile() refuses a disk that is too full for what is known to be written", () =>
  inFolder(async (dir) => {
    await refused(checkOutputFile(join(dir, "a"), { bytes: 1e18 }), "at least 1000000000.0 GB will be written");
  }));

Deno.test({
  name: "checkOutputFile() refuses where nobody may write, links in a circle, and names that are too long",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inFolder(async (dir) => {
      // Not even an administrator may make files there.
      await refused(checkOutputFile("/sys/model.safetensors"), "no permission");
      await refused(checkOutputFolder("/sys/results"), "no permission");
      await Deno.symlink("circle", join(dir, "circle"));
      await refused(checkOutputFile(join(dir, "circle", "model")), "a link that leads in a circle");
      await refused(checkOutputFile(join(dir, "x".repeat(300))), "the name is too long");
      await refused(checkOutputFolder(join(dir, "x".repeat(300), "y")), "the name is too long");
      await Deno.symlink("nowhere", join(dir, "dangling"));
      await refused(checkOutputFolder(join(dir, "dangling", "x")), "is a link to something that is not there");
    }),
});
