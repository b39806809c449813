import { assertEquals, assertThrows } from "@std/assert";
import { createRandom } from "@ctsurv/base/mod.ts";
import createModule from "@cornerstonejs/codec-charls/wasmjs";
import { createJpegLsDecoder } from "@ctsurv/imaging/dicom/_codecs/jpeg_ls.ts";
import { cpuSeconds } from "../../../support/cpu_seconds.ts";

interface FrameInfo {
  readonly width: number;
  readonly height: number;
  readonly bitsPerSample: number;
  readonly componentCount: number;
}
/** What of CharLS in WebAssembly is used here. */
interface CharLs {
  readonly JpegLSEncoder: new () => {
    getDecodedBuffer(frame: FrameInfo): Uint8Array;
    setNearLossless(near: number): void;
    encode(): void;
    getEncodedBuffer(): Uint8Array;
  };
  readonly JpegLSDecoder: new () => {
    getEncodedBuffer(length: number): Uint8Array;
    decode(): void;
    getDecodedBuffer(): Uint8Array;
  };
}
const charls = await (createModule as unknown as (options: object) => Promise<CharLs>)({ print() {}, printErr() {} });
const decode = await createJpegLsDecoder();

/** Waves, noise and stretches of one value, so that all of the code is reached. */
function frameOf(rows: number, columns: number, bits: number, seed: number): Uint16Array {
  const random = createRandom(seed, "frame");
  const [noise, most] = [random.integer(0, 1) * 2 ** (bits / 2), 2 ** bits - 1];
  return Uint16Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const wave = most / 2 * (1 + Math.sin(row / 5 + seed) * Math.cos(column / 7));
    const value = column % 23 < 9 ? most / 3 : wave + noise * (random.uniform() - 0.5);
    return Math.max(0, Math.min(most, Math.round(value)));
  });
}

function encode(samples: Uint16Array, rows: number, columns: number, bits: number, near: number): Uint8Array {
  const encoder = new charls.JpegLSEncoder();
  const frame = { width: columns, height: rows, bitsPerSample: bits, componentCount: 1 };
  encoder.getDecodedBuffer(frame).set(
    bits > 8 ? new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength) : Uint8Array.from(samples),
  );
  encoder.setNearLossless(near);
  encoder.encode();
  return Uint8Array.from(encoder.getEncodedBuffer());
}

function byCharLs(packed: Uint8Array): Uint8Array {
  const decoder = new charls.JpegLSDecoder();
  decoder.getEncodedBuffer(packed.length).set(packed);
  decoder.decode();
  return Uint8Array.from(decoder.getDecodedBuffer());
}

for (const bits of [8, 10, 12, 16]) {
  Deno.test(`near-lossless JPEG-LS of ${bits} bits unpacks to what CharLS unpacks`, () => {
    for (let seed = 0; seed < 24; seed++) {
      const [rows, columns, near] = [1 + seed * 3, 1 + (seed * 7) % 64, 1 + seed % 9];
      const packed = encode(frameOf(rows, columns, bits, seed), rows, columns, bits, near);
      const shape = { rows, columns, bytesPerPixel: bits > 8 ? 2 : 1, isSigned: false } as const;
      assertEquals([...decode(packed, shape)], [...byCharLs(packed)], `${rows} x ${columns}, near ${near}`);
    }
  });
}

Deno.test("damaged near-lossless JPEG-LS is unpacked or refused at once", () => {
  const [rows, columns] = [40, 50];
  const packed = encode(frameOf(rows, columns, 12, 1), rows, columns, 12, 3);
  const random = createRandom(1, "damage");
  const started = cpuSeconds();
  let refused = 0;
  for (let round = 0; round < 500; round++) {
    const damaged = packed.slice(0, random.uniform() < 0.2 ? random.integer(0, packed.length) : undefined);
    for (let i = random.integer(1, 4); i > 0; i--) {
      damaged[random.integer(0, damaged.length - 1)] = random.integer(0, 255);
    }
    try {
      decode(damaged, { rows, columns, bytesPerPixel: 2, isSigned: false });
    } catch {
      refused++;
    }
  }
  assertEquals([refused > 50, refused < 500, cpuSeconds() - started < 2], [true, true, true]);
  assertThrows(() => decode(packed.slice(0, -9), { rows, columns, bytesPerPixel: 2, isSigned: false }), Error, "early");
});
