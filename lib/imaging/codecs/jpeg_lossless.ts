// @ts-types="./jpeg_lossless_decoder.d.ts"
import { Decoder } from "jpeg-lossless-decoder-js";
import { checkFrame, type FrameDecoder } from "./frame_decoder.ts";
import { readJpegHeader } from "./jpeg_header.ts";

/** Start of frame of the lossless process (ITU-T T.81 B.1.1.3). */
const SOF3 = 0xc3;

/** Unpacks lossless JPEG, process 14 with any predictor. */
export const decodeJpegLossless: FrameDecoder = (packed, shape) => {
  checkFrame(readJpegHeader(packed, SOF3), shape);
  const copy = Uint8Array.from(packed);
  const decoded = new Uint8Array(new Decoder().decompress(copy.buffer, 0, copy.length));
  if (decoded.length !== shape.rows * shape.columns * shape.bytesPerPixel) {
    throw new Error(`it unpacks to ${decoded.length} bytes`);
  }
  return decoded;
};
