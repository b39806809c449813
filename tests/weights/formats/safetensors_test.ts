import { assertEquals, assertThrows } from "@std/assert";
import expected from "../../fixtures/checkpoints/expected.json" with { type: "json" };
import { Buffer } from "node:buffer";
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  type Float16Entry,
  type Float32Entry,
  openCheckpoint,
  type SafetensorsEntry,
} from "@ctsurv/weights/mod.ts";
import { inFolder } from "../../support/in_folder.ts";

const folder = new URL("../../fixtures/checkpoints/", import.meta.url);

const readers: Record<string, (bytes: Uint8Array<ArrayBuffer>) => ArrayLike<number | bigint>> = {
  F64: ({ buffer }) => new Float64Array(buffer),
  F32: ({ buffer }) => new Float32Array(buffer),
  F16: ({ buffer }) => new Float16Array(buffer),
  BF16: ({ buffer }) => new Float32Array(Uint32Array.from(new Uint16Array(buffer), (half) => half << 16).buffer),
  I64: ({ buffer }) => new BigInt64Array(buffer),
  I32: ({ buffer }) => new Int32Array(buffer),
  I16: ({ buffer }) => new Int16Array(buffer),
  I8: ({ buffer }) => new Int8Array(buffer),
  U8: (bytes) => bytes,
  BOOL: (bytes) => bytes,
};

function numbers({ dtype, bytes }: SafetensorsEntry): number[] {
  return Array.from(readers[dtype]!(bytes), Number);
}

Deno.test("decodeSafetensors() reads a file by the reference implementation", async () => {
  const good = expected.good["good/basic.safetensors"];
  const file = await Deno.readFile(new URL("good/basic.safetensors", folder));
  const { metadata, tensors } = decodeSafetensors(file, "basic.safetensors");
  assertEquals(Object.fromEntries(metadata), good.__metadata__);
  assertEquals(new Set(tensors.keys()), new Set(Object.keys(good.content)));
  for (const [name, { dtype, shape, values }] of Object.entries(good.content)) {
    const entry = tensors.get(name)!;
    assertEquals([entry.dtype, entry.shape, numbers(entry)], [dtype, shape, values.map(Number)], name);
  }
});

for (const [name, { why }] of Object.entries(expected.bad)) {
  if (!name.endsWith(".safetensors")) continue;
  const isAllowed = name.endsWith("st_proto_key.safetensors");
  Deno.test(`decodeSafetensors() ${isAllowed ? "keeps" : "refuses"} ${name}: ${why}`, async () => {
    const file = await Deno.readFile(new URL(name, folder));
    if (isAllowed) assertEquals([...decodeSafetensors(file, name).tensors.keys()], ["__proto__"]);
    else assertThrows(() => decodeSafetensors(file, name), InputError, name);
  });
}

Deno.test("decodeSafetensors() refuses a name that stands in the header twice, even with one range", () => {
  const header =
    '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}}';
  const file = new Uint8Array(8 + header.length + 4);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(new TextEncoder().encode(header), 8);
  assertThrows(() => decodeSafetensors(file, "twice"), InputError, "twice");
});

Deno.test("decodeSafetensors() gives the numbers of a Buffer, whose slice() is a view of the whole file", () => {
  const file = encodeSafetensors(new Map([["a", { shape: [2], data: Float32Array.of(0.5, -0.5) }]]));
  const { tensors } = decodeSafetensors(Buffer.concat([Uint8Array.of(9, 9, 9), file]).subarray(3), "a buffer");
  assertEquals(numbers(tensors.get("a")!), [0.5, -0.5]);
});

Deno.test("encodeSafetensors() writes float16 too, and openCheckpoint() reads it as float32", () =>
  inFolder(async (dir) => {
    const half = Float16Array.of(0.1, -65504, 6e-8);
    const tensors = new Map<string, Float32Entry | Float16Entry>([
      ["half", { shape: [3], data: half }],
      ["single", { shape: [1], data: Float32Array.of(0.1) }],
    ]);
    const path = `${dir}/mixed.safetensors`;
    await Deno.writeFile(path, encodeSafetensors(tensors));
    using checkpoint = await openCheckpoint(path);
    assertEquals([...checkpoint.tensors.values()].map(({ dtype }) => dtype), ["float16", "float32"]);
    assertEquals((await checkpoint.read("half")).data, Float32Array.from(half));
    assertEquals((await checkpoint.read("single")).data, Float32Array.of(0.1));
  }));

Deno.test("encodeSafetensors() writes what decodeSafetensors() reads", () => {
  const tensors = new Map([
    ["a.weight", { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
    ["scalar", { shape: [], data: Float32Array.of(7) }],
    ["empty", { shape: [0, 4], data: new Float32Array() }],
  ]);
  const decoded = decodeSafetensors(encodeSafetensors(tensors, { note: "Größe" }), "memory");
  assertEquals(Object.fromEntries(decoded.metadata), { note: "Größe" });
  for (const [name, { shape, data }] of tensors) {
    const entry = decoded.tensors.get(name)!;
    assertEquals([entry.dtype, entry.shape, numbers(entry)], ["F32", shape, [...data]]);
  }
});

Deno.test("decodeSafetensors() reads or refuses 2,000 damaged files, and never anything else", async () => {
  const good = await Deno.readFile(new URL("good/basic.safetensors", folder));
  const random = createRandom(1, "damaged");
  let refused = 0;
  for (let n = 0; n < 2000; n++) {
    const file = good.slice(0, random.uniform() < 0.3 ? random.integer(0, good.length) : good.length);
    for (let flips = random.integer(1, 4); flips > 0 && file.length > 0; flips--) {
      file[random.integer(0, file.length - 1)] = random.integer(0, 255);
    }
    try {
      decodeSafetensors(file, "damaged");
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      refused++;
    }
  }
  assertEquals(refused > 1000, true);
});
