// @ts-types="./cornerstone_codec.d.ts"
import createModule from "@cornerstonejs/codec-openjpeg/decodewasmjs";
import { decodeWithCornerstone, silent } from "./decode_with_cornerstone.ts";
import { checkFrame, type FrameDecoder, type FrameHeader } from "./unpack_frame.ts";

/** A decoder of JPEG 2000: OpenJPEG in a WebAssembly instance of its own. */
export async function createJpeg2000Decoder(): Promise<FrameDecoder> {
  const { J2KDecoder } = await createModule(silent());
  return (packed, shape) => {
    const stream = readSize(packed);
    checkFrame(stream, shape);
    const pixels = decodeWithCornerstone(new J2KDecoder(), packed, shape);
    if (shape.isSigned && !stream.isSigned && shape.bytesPerPixel === 2) extendSign(pixels, stream.bits);
    return pixels;
  };
}

/** Some archives declare the codestream of signed pixels unsigned. Its highest bit is their sign all the same. */
function extendSign(pixels: Uint8Array, bits: number): void {
  const values = new Int16Array(pixels.buffer);
  values.forEach((value, i) => values[i] = value << (16 - bits) << 16 >> (32 - bits));
}

/** The SIZ marker segment, which comes first (ISO/IEC 15444-1 A.5.1). */
function readSize(packed: Uint8Array): FrameHeader & { readonly isSigned: boolean } {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  if (packed.length < 43 || view.getUint32(0) !== 0xff4fff51) throw new Error("it does not begin as JPEG 2000 does");
  return {
    columns: view.getUint32(8) - view.getUint32(16),
    rows: view.getUint32(12) - view.getUint32(20),
    components: view.getUint16(40),
    bits: (view.getUint8(42) & 0x7f) + 1,
    isSigned: view.getUint8(42) > 0x7f,
  };
}
