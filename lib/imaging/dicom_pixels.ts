import type { DicomStorage } from "./dicom_image.ts";
import { AIR } from "./store_hu.ts";

/** HU from here on up stay as they are even if the file calls them padding: 0 HU, say, is water, whatever a writer says. */
const HIGHEST_CT_NUMBER = 3071;

/** The `count` stored pixels of an image, as the 16 bits they take in the file. */
export function storedPixels(file: Uint8Array, { offset }: DicomStorage, count: number): Uint16Array {
  // A copy, because the offset may be odd.
  return new Uint16Array(file.slice(offset, offset + 2 * count).buffer);
}

/**
 * HU of each of the 65536 values that a pixel's 16 bits can take: bits outside BitsStored masked, the sign extended,
 * slope and intercept applied. Padding that means nothing as HU becomes air; padding within the range of CT stays,
 * because some writers declare 0, which is water, and use it for tissue.
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
