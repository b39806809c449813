import { assert, assertEquals, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { memorySource } from "@ctsurv/weights/formats/_bytes.ts";
import { checkpointOf } from "@ctsurv/weights/open_checkpoint.ts";
import { cpuSeconds } from "../../support/cpu_seconds.ts";

const bytes = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
const uint32 = (value: number) => String.fromCharCode(...new Uint8Array(Uint32Array.of(value).buffer));
const text = (value: string) => `X${uint32(value.length)}${value}`;

/** A legacy stream around the pickle of a state dict, given without protocol and STOP. */
function stream(pickle: string, isLittle = true): Uint8Array<ArrayBuffer> {
  const magic = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
  const system = `\x80\x02}${text("little_endian")}${isLittle ? "\x88" : "\x89"}s.`;
  return bytes(
    `${magic}\x80\x02M\xe9\x03.${system}\x80\x02${pickle}.\x80\x02](${text("0")}e.\x01${"\0".repeat(7)}\x07`,
  );
}

/** A storage of one byte, and a tensor of it. */
const storage = `(${text("storage")}ctorch\nByteStorage\n${text("0")}${text("cpu")}K\x01tQ`;
const tensor = (shape: string, strides: string) =>
  `ctorch._utils\n_rebuild_tensor\n(${storage}K\x00(${shape}t(${strides}ttR`;

/** A dict of lists, each of which holds the one before many times. */
function sharedLists(levels: number, copies: number): string {
  let items = `${text("0")}]q\x00`;
  for (let level = 1; level < levels; level++) {
    const before = `h${String.fromCharCode(level - 1)}`;
    items += `${text(`${level}`)}](${before.repeat(copies)}eq${String.fromCharCode(level)}`;
  }
  return `}(${items}u`;
}

const bombs: Readonly<Record<string, readonly [pickle: string, refusal: string]>> = {
  "300,000 empty dicts": ["}".repeat(3e5), "more than 200000 operations"],
  "300,000 values in the memo": [
    `N${Array.from({ length: 3e5 }, (_, i) => `r${uint32(i)}`).join("")}`,
    "more than 200000 operations",
  ],
  "lists of 100 lists, seven deep": [sharedLists(7, 100), "more than 50000 entries"],
  "a dict in itself": [`}q\x00${text("a")}h\x00s`, "nested more than 8 deep"],
  "one number, repeated 2^51 times": [
    `}${text("a")}${tensor(`J${uint32(2 ** 30)}J${uint32(2 ** 21)}`, "K\x00K\x00")}s`,
    "repeat their numbers more than 8 times",
  ],
  "more numbers than can be counted": [
    `}${text("a")}${tensor(`J${uint32(2 ** 30)}`.repeat(16), "K\x00".repeat(16))}s`,
    "does not lie within its 1 numbers",
  ],
  "a text of 4 GB": [`X${uint32(0xfffffff0)}`, "breaks off"],
  "an integer of 255 bytes": ["\x8a\xff", "an integer of 255 bytes"],
  "a name without an end": [`c${"x".repeat(1e5)}`, "far too long"],
};

/** Numbers of the tensor "a" of a legacy stream. */
async function readA(pickle: string): Promise<string> {
  using checkpoint = checkpointOf(memorySource(stream(pickle)), "good");
  return `${(await checkpoint.read("a")).data}`;
}

Deno.test("a small tensor reads, in the stream that the bombs are made of", async () => {
  assertEquals(await readA(`}${text("a")}${tensor("K\x03", "K\x00")}s`), "7,7,7");
});

Deno.test("an OrderedDict reads with its items in its call, as Python 2 wrote it", async () => {
  assertEquals(await readA(`ccollections\nOrderedDict\n(](](${text("a")}${tensor("K\x01", "K\x01")}eetR`), "7");
});

Deno.test("openCheckpoint() refuses a legacy stream of a big-endian machine, which does not tell its order", () => {
  const file = stream(`}${text("a")}${tensor("K\x01", "K\x01")}s`, false);
  assertThrows(() => checkpointOf(memorySource(file), "big"), InputError, "a big-endian machine");
});

for (const [what, [pickle, refusal]] of Object.entries(bombs)) {
  Deno.test(`openCheckpoint() refuses ${what} at once`, () => {
    const file = stream(pickle);
    const started = cpuSeconds();
    assertThrows(() => checkpointOf(memorySource(file), "bomb"), InputError, refusal);
    assert(cpuSeconds() - started < 1);
  });
}
