import { inflateRawSync } from "node:zlib";
import dicomParser from "dicom-parser";
import { InputError } from "@ctsurv/common/mod.ts";
import { guardParser } from "./guard_parser.ts";
import { readInput } from "./read_input.ts";
import { DEFLATED } from "./transfer_syntax.ts";

/** No slice, and no segmentation of one scan, unpacks to more. */
const MAX_INFLATED_BYTES = 2 ** 30;

/** A DICOM file as read, its data set unpacked if it was deflated. */
export interface DicomFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** UID of the transfer syntax; empty if the file does not say. */
  readonly transferSyntax: string;
}

/**
 * Reads a DICOM file.
 *
 * @throws {InputError} If it is not there, is no DICOM file, or the part before its data set is damaged.
 */
export async function openDicomFile(path: string): Promise<DicomFile> {
  const bytes = await readInput(path);
  if (bytes.length < 132 || String.fromCharCode(...bytes.subarray(128, 132)) !== "DICM") {
    throw new InputError(`${path}: not a DICOM file (no "DICM" after a preamble of 128 bytes)`);
  }
  const { elements, transferSyntax } = guardParser(path, () => {
    const meta = dicomParser.readPart10Header(bytes);
    return { elements: meta.elements, transferSyntax: meta.string("x00020010")?.trim() ?? "" };
  });
  if (transferSyntax !== DEFLATED) return { path, bytes, transferSyntax };
  const start = Math.max(...Object.values(elements).map(({ dataOffset, length }) => dataOffset + length));
  return { path, bytes: inflateFrom(path, bytes, start), transferSyntax };
}

/** The file with everything from `start` on unpacked (PS3.5 A.5). */
function inflateFrom(path: string, bytes: Uint8Array, start: number): Uint8Array {
  try {
    const data = inflateRawSync(bytes.subarray(start), { maxOutputLength: MAX_INFLATED_BYTES });
    const whole = new Uint8Array(start + data.length);
    whole.set(bytes.subarray(0, start));
    whole.set(data, start);
    return whole;
  } catch (error) {
    throw new InputError(
      `${path}: the deflated data set is damaged or cut off (${(error as Error).message}). Copy the file again`,
    );
  }
}
