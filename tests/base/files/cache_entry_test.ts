import { assertEquals, assertRejects } from "@std/assert";
import { entryPath, InputError, keptValue, readEntry } from "@ctsurv/base/mod.ts";
import { inFolder } from "../../support/in_folder.ts";
import { saidDuring } from "../../support/said_during.ts";

/** A value that is counted when it is computed. */
function counted() {
  let made = 0;
  return {
    make: () => (made++, Promise.resolve({ losses: [1.5, .5], weight: Float32Array.of(.1, .2) })),
    of: () => made,
  };
}

Deno.test("keptValue() computes once, and again for another identity", () =>
  inFolder(async (folder) => {
    const { make, of } = counted();
    const entry = { folder, extension: ".training", identity: { fold: 1 } };
    const first = await keptValue(entry, make);
    assertEquals(await keptValue(entry, make), first);
    assertEquals(of(), 1);
    await keptValue({ ...entry, identity: { fold: 2 } }, make);
    assertEquals(of(), 2);
  }));

Deno.test("keptValue() keeps nothing of a computation that fails", () =>
  inFolder(async (folder) => {
    const entry = { folder, extension: ".training", identity: {} };
    await assertRejects(
      () => keptValue(entry, () => Promise.reject(new InputError("diverged"))),
      InputError,
      "diverged",
    );
    assertEquals(Array.from(Deno.readDirSync(folder)), []);
  }));

Deno.test("a file with one bit turned, cut short or of another version is said and made again", () =>
  inFolder(async (folder) => {
    const entry = { folder, extension: ".training", identity: { fold: 1 } };
    const path = entryPath(entry);
    const { make, of } = counted();
    const whole = await keptValue(entry, make);
    const bytes = await Deno.readFile(path);
    const damages = [
      ...[0, 70, bytes.length - 1].map((at) => bytes.map((byte, i) => i === at ? byte ^ 16 : byte)),
      bytes.slice(0, bytes.length - 3),
      bytes.slice(0, 20),
      new Uint8Array(),
      new TextEncoder().encode("ctsurv 9: another layout\n"),
    ];
    for (const [i, damaged] of damages.entries()) {
      await Deno.writeFile(path, damaged);
      const said = await saidDuring(async () => assertEquals(await keptValue(entry, make), whole));
      assertEquals(said, [`${path} is damaged, so that it is not used: what it held is computed again`]);
      assertEquals(of(), i + 2);
      assertEquals(await Deno.readFile(path), bytes);
    }
  }));

Deno.test("a file that belongs to another entry is not read, whatever it is called", () =>
  inFolder(async (folder) => {
    const [one, other] = [1, 2].map((fold) => ({ folder, extension: ".training", identity: { fold } }));
    await keptValue(one!, () => Promise.resolve(1));
    await Deno.rename(entryPath(one!), entryPath(other!));
    assertEquals(await readEntry(other!), undefined);
    assertEquals(await keptValue(other!, () => Promise.resolve(2)), 2);
  }));
