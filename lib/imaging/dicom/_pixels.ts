import { Buffer } from "node:buffer";
import { copyBytes } from "@ctsurv/base/mod.ts";
import { AIR } from "../volume/hu.ts";
import { createUnpacker } from "./_codecs/unpack_frame.ts";
import { type DicomFile, openDicomFile } from "./_file.ts";
import type { DicomImage, DicomStorage } from "./_image.ts";

/** Reverses the byte order of every value of `size` bytes, in place. */
export function swapBytes(bytes: Uint8Array, size: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (size === 2) buffer.swap16();
  else if (size === 4) buffer.swap32();
  else if (size === 8) buffer.swap64();
}

/** HU up to here stay as they are even if the file declares them padding: 0 HU is water, for example. */
const HIGHEST_CT_NUMBER = 3071;

/** Reads the stored pixels of one image after another, 16 bits each, as they are in the file. */
export type PixelReader = (image: DicomImage) => Promise<Uint16Array>;

/** The reader keeps the file that it read last, because an enhanced CT has all its images in one. */
export function createPixelReader(): PixelReader {
  const unpack = createUnpacker();
  let file: DicomFile | undefined;
  return async (image) => {
    const { path, rows, columns, pixels, storage: { isSigned } } = image;
    if (file?.path !== path) file = await openDicomFile(path);
    const { codec, frame, frames, offset } = pixels;
    if (codec !== "none") {
      const shape = { rows, columns, bytesPerPixel: 2, isSigned } as const;
      return new Uint16Array((await unpack(file, { codec, frame, frames, start: offset }, shape)).buffer);
    }
    // A copy, because the offset may be odd.
    const bytes = copyBytes(file.bytes, offset, offset + 2 * rows * columns);
    if (pixels.isBigEndian) swapBytes(bytes, 2);
    return new Uint16Array(bytes.buffer);
  };
}

/**
 * HU of each of the 65536 values that a pixel's 16 bits can have: bits outside BitsStored are masked, the sign is
 * extended, slope and intercept are applied. Padding that means nothing as HU becomes air. Padding within the range of
 * CT stays, because some writers declare 0, which is water, and use it for tissue.
 */
export function hounsfieldTable(storage: DicomStorage): Float64Array {
  const { bitsStored, highBit, isSigned, slope, intercept, padding } = storage;
  const shift = highBit + 1 - bitsStored;
  const range = 2 ** bitsStored;
  const table = new Float64Array(65536);
  for (let bits = 0; bits < table.length; bits++) {
    const unsigned = (bits >> shift) % range;
    const value = isSigned && unsigned >= range / 2 ? unsigned - range : unsigned;
    const hu = slope * value + intercept;
    const isPadding = padding !== undefined && value >= padding[0] && value <= padding[1];
    table[bits] = isPadding && (hu < AIR || hu > HIGHEST_CT_NUMBER) ? AIR : hu;
  }
  return table;
}
