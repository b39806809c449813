// @ts-types="./cornerstone_codec.d.ts"
import createModule from "@cornerstonejs/codec-charls/decodewasmjs";
import { decodeWithCornerstone, silent } from "./decode_with_cornerstone.ts";
import { readJpegHeader } from "./jpeg_lossless.ts";
import { checkFrame, type FrameDecoder } from "./unpack_frame.ts";

/** Start of frame of JPEG-LS (ISO/IEC 14495-1 C.1.1). */
const SOF55 = 0xf7;

/**
 * A decoder of JPEG-LS: CharLS in a WebAssembly instance of its own. Damaged near-lossless frames take it seconds to
 * give up, because it counts to 2^31 where its context has overflowed.
 */
export async function createJpegLsDecoder(): Promise<FrameDecoder> {
  const { JpegLSDecoder } = await createModule(silent());
  return (packed, shape) => {
    checkFrame(readJpegHeader(packed, SOF55), shape);
    return decodeWithCornerstone(new JpegLSDecoder(), packed, shape);
  };
}
