import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { readChecked, writeChecked } from "@ctsurv/base/mod.ts";
import { inFolder } from "../../support/in_folder.ts";

const header = { name: "Lunge, rechts\n", sizes: [1, 2.5], none: null };
const payload = Float32Array.of(1.5, -0, NaN, 1e-45, 10);

Deno.test("readChecked() gives what writeChecked() wrote, the payload at the start of a buffer of its own", () =>
  inFolder(async (dir) => {
    const path = join(dir, "new", "folder", "file");
    await writeChecked(path, header, payload);
    const read = (await readChecked<typeof header>(path))!;
    assertEquals(read.header, header);
    assertEquals([read.payload.byteOffset, read.payload.buffer.byteLength], [0, payload.byteLength]);
    assertEquals(new Float32Array(read.payload.buffer), payload);
  }));

Deno.test("writeChecked() writes the part of a buffer that it is given, and replaces a file", () =>
  inFolder(async (dir) => {
    const path = join(dir, "file");
    await writeChecked(path, 1, payload);
    await writeChecked(path, 2, Uint8Array.of(0, 10, 10, 7, 9).subarray(1, 4));
    assertEquals(await readChecked(path), { header: 2, payload: Uint8Array.of(10, 10, 7) });
    await writeChecked(path, 3, new Uint8Array());
    assertEquals(await readChecked(path), { header: 3, payload: new Uint8Array() });
    assertEquals((await Array.fromAsync(Deno.readDir(dir))).map(({ name }) => name), ["file"]);
  }));

Deno.test("readChecked() gives nothing for no file, and fails where a file cannot be read", () =>
  inFolder(async (dir) => {
    assertEquals(await readChecked(join(dir, "none")), undefined);
    await assertRejects(() => readChecked(dir));
  }));

Deno.test("readChecked() gives nothing for a file with any byte changed, missing or added", () =>
  inFolder(async (dir) => {
    const path = join(dir, "file");
    await writeChecked(path, header, payload);
    const whole = await Deno.readFile(path);
    const read = async (file: Uint8Array) => {
      await Deno.writeFile(path, file);
      return await readChecked(path);
    };
    for (let i = 0; i < whole.length; i++) {
      assertEquals(await read(whole.with(i, whole[i]! ^ 1)), undefined, `byte ${i} changed`);
      assertEquals(await read(whole.subarray(0, i)), undefined, `${i} bytes`);
    }
    assertEquals(await read(Uint8Array.of(...whole, 10)), undefined);
    assertEquals((await read(whole))?.header, header);
  }));
