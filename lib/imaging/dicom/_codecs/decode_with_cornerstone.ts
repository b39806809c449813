import type createModule from "./cornerstone_codec.d.ts";
import type { CornerstoneDecoder } from "./cornerstone_codec.d.ts";
import { checkFrame, type FrameShape } from "./unpack_frame.ts";

/**
 * Options that keep a module from printing; errors say what is wrong with a frame. Each instance needs an object of its
 * own, because Emscripten makes the object the instance.
 */
export function silent(): Parameters<typeof createModule>[0] {
  return { print() {}, printErr() {} };
}

/**
 * Runs one of the WebAssembly decoders over a frame.
 *
 * @throws {Error} If it fails, or unpacks something else than `shape`.
 */
export function decodeWithCornerstone(decoder: CornerstoneDecoder, packed: Uint8Array, shape: FrameShape): Uint8Array {
  decoder.getEncodedBuffer(packed.length).set(packed);
  try {
    decoder.decode();
  } catch {
    // C++ exceptions arrive as bare pointers.
    throw new Error("the decoder gave up");
  }
  const { width, height, componentCount, bitsPerSample } = decoder.getFrameInfo();
  checkFrame({ rows: height, columns: width, components: componentCount, bits: bitsPerSample }, shape);
  const decoded = Uint8Array.from(decoder.getDecodedBuffer());
  if (decoded.length !== shape.rows * shape.columns * shape.bytesPerPixel) {
    throw new Error(`it unpacks to ${decoded.length} bytes`);
  }
  decoder.delete();
  return decoded;
}
