// @ts-types="./cornerstone_codec.d.ts"
import createModule from "@cornerstonejs/codec-charls/decodewasmjs";
import { decodeWithCornerstone, silent } from "./decode_with_cornerstone.ts";
import { readJpegHeader } from "./jpeg_lossless.ts";
import { decodeNearLossless, type NearLosslessScan } from "./jpeg_ls_near.ts";
import { checkFrame, type FrameDecoder } from "./unpack_frame.ts";

/** Start of frame of JPEG-LS (ISO/IEC 14495-1 C.1.1), and the markers of presets and of the coded samples. */
const [SOF55, LSE, SOS] = [0xf7, 0xf8, 0xda];

/** A decoder of JPEG-LS: CharLS in a WebAssembly instance of its own, and for near-lossless frames one of our own. */
export async function createJpegLsDecoder(): Promise<FrameDecoder> {
  const { JpegLSDecoder } = await createModule(silent());
  return (packed, shape) => {
    const header = readJpegHeader(packed, SOF55);
    checkFrame(header, shape);
    const scan = readScan(packed, header.bits);
    if (scan.near === 0) return decodeWithCornerstone(new JpegLSDecoder(), packed, shape);
    const samples = decodeNearLossless(packed, shape, scan);
    return shape.bytesPerPixel === 1 ? Uint8Array.from(samples) : new Uint8Array(samples.buffer);
  };
}

/** Reads the marker segments up to the coded samples. */
function readScan(packed: Uint8Array, bits: number): NearLosslessScan {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  let [maxValue, preset]: [number, NearLosslessScan["preset"]] = [2 ** bits - 1, undefined];
  for (let at = 2; at + 4 <= packed.length && packed[at] === 0xff;) {
    const [marker, length] = [packed[at + 1], view.getUint16(at + 2)];
    const end = at + 2 + length;
    if (end > packed.length) break;
    if (marker === LSE && length === 13 && packed[at + 4] === 1) {
      const [most, t1, t2, t3, reset] = [5, 7, 9, 11, 13].map((offset) => view.getUint16(at + offset)) as [
        ...[number, number, number, number, number],
      ];
      maxValue = most || maxValue;
      if (t1 && t2 && t3) preset = { thresholds: [t1, t2, t3], reset: reset || 64 };
    }
    // One component: its selector and table, then NEAR.
    if (marker === SOS) return { maxValue, near: packed[at + 7]!, ...preset && { preset }, start: end };
    at = end;
  }
  throw new Error("it ends before its scan");
}
