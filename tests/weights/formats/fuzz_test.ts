import { assert, assertEquals } from "@std/assert";
import { createRandom, InputError, type Random } from "@ctsurv/base/mod.ts";
import { type ByteSource, memorySource } from "@ctsurv/weights/formats/_bytes.ts";
import { checkpointOf } from "@ctsurv/weights/open_checkpoint.ts";
import { cpuSeconds } from "../../support/cpu_seconds.ts";

/** Damaged files per run; a longer run is `CTSURV_FUZZ=1000000 deno test -A tests/weights/formats/fuzz_test.ts`. */
const count = Number(Deno.env.get("CTSURV_FUZZ") ?? 10_000);
/** What reading a file of any content may take: seconds, and bytes for each byte of the file. */
const longest = 1;
const mostBytes = (size: number) => 32 * size + 8 * 2 ** 20;

const folder = new URL("../../fixtures/checkpoints/", import.meta.url);

async function goodFiles(): Promise<readonly Uint8Array<ArrayBuffer>[]> {
  const files: Uint8Array<ArrayBuffer>[] = [];
  for (const part of ["good/", "torch2/good/"]) {
    const names = [...Deno.readDirSync(new URL(part, folder))].map(({ name }) => name).sort();
    for (const name of names) files.push(withoutCrc(await Deno.readFile(new URL(`${part}${name}`, folder))));
  }
  return files;
}

/** With the checksums of a zip directory zeroed, as PyTorch can leave them: else they would catch nearly all damage. */
function withoutCrc(file: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const view = new DataView(file.buffer);
  for (let at = 0; at + 20 <= file.length; at++) {
    if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 16, 0);
  }
  return file;
}

/** Every opcode of pickle protocols 0 to 2 that is a letter or bracket, and the rest of protocol 2. */
const opcodes = [..."(.012FIJKLMNPQRSTUVXabcdeghijlopqrstu]}G)", ..."\x80\x81\x82\x85\x86\x87\x88\x89\x8a\x8b"].map((
  c,
) => c.charCodeAt(0));

/** Ways to damage a file; each gives a new one. */
type Damage = (file: Uint8Array<ArrayBuffer>, random: Random, other: Uint8Array) => Uint8Array<ArrayBuffer>;

const place = (file: Uint8Array, random: Random) => random.integer(0, file.length - 1);

const damages: readonly Damage[] = [
  function flipBits(file, random) {
    for (let flips = random.integer(1, 8); flips > 0; flips--) file[place(file, random)]! ^= 1 << random.integer(0, 7);
    return file;
  },
  function setBytes(file, random) {
    for (let bytes = random.integer(1, 4); bytes > 0; bytes--) file[place(file, random)] = random.integer(0, 255);
    return file;
  },
  function truncate(file, random) {
    return file.slice(0, random.integer(0, file.length));
  },
  function splice(file, random, other) {
    const from = place(other, random);
    const piece = other.subarray(from, from + random.integer(1, 200));
    const at = place(file, random);
    const end = random.uniform() < 0.5 ? at : at + piece.length;
    return Uint8Array.from([...file.subarray(0, at), ...piece, ...file.subarray(end)]);
  },
  function swapOpcodes(file, random) {
    for (let swaps = random.integer(1, 3); swaps > 0; swaps--) {
      let at = place(file, random);
      while (at < file.length - 1 && !opcodes.includes(file[at]!)) at++;
      file[at] = opcodes[random.integer(0, opcodes.length - 1)]!;
    }
    return file;
  },
  function writeExtremeNumber(file, random) {
    const value = [0, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe, 65535][random.integer(0, 5)]!;
    if (file.length >= 4) new DataView(file.buffer).setUint32(random.integer(0, file.length - 4), value, true);
    return file;
  },
];

/** Counts the bytes that are asked for: each needs a byte of memory. */
function counting(source: ByteSource, count: (bytes: number) => void): ByteSource {
  return {
    ...source,
    read(offset, target) {
      count(target.length);
      assert(offset >= 0 && offset + target.length <= source.size, "read past the end");
      source.read(offset, target);
    },
  };
}

/** Reads all of a file; true if it could be read, false if it was refused. */
async function isRead(file: Uint8Array): Promise<boolean> {
  let bytes = 0;
  const started = cpuSeconds();
  try {
    using checkpoint = checkpointOf(counting(memorySource(file), (asked) => bytes += asked), "damaged");
    for (const name of checkpoint.tensors.keys()) bytes += (await checkpoint.read(name)).data.byteLength;
    return true;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return false;
  } finally {
    const took = cpuSeconds() - started;
    assert(took < longest, `took ${took} s`);
    assert(bytes < mostBytes(file.length), `${bytes} bytes for a file of ${file.length}`);
  }
}

Deno.test(`a damaged file is read or refused, quickly and in little memory (${count} files)`, async () => {
  const files = await goodFiles();
  const random = createRandom(1, "damaged checkpoints");
  const read = damages.map(() => 0);
  for (let n = 0; n < count; n++) {
    const pick = () => files[random.integer(0, files.length - 1)]!;
    const kind = n % damages.length;
    const file = damages[kind]!(pick().slice(), random, pick());
    try {
      if (await isRead(file)) read[kind]!++;
    } catch (error) {
      console.error(`file ${n} (${damages[kind]!.name}): ${file.toBase64()}`);
      throw error;
    }
  }
  const total = read.reduce((sum, part) => sum + part);
  // Both happen, or the damage is of no use; numbers and padding may change unnoticed, where there is no checksum.
  assert(total > 0.05 * count && total < 0.8 * count, `${total} of ${count} were read`);
});

Deno.test("a good file without checksums is read, so that damage is all that the fuzzing sees", async () => {
  const files = await goodFiles();
  const read = await Promise.all(files.map(isRead));
  assertEquals(read.filter((isGood) => !isGood).length, 1, "only the tar archive is refused");
});
