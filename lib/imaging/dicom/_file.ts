import dicomParser from "dicom-parser";
import { inflateRawSync } from "node:zlib";
import { InputError, readInput } from "@ctsurv/base/mod.ts";

/** Runs a call of dicom-parser, which throws strings and plain objects, and turns what it throws into a refusal. */
export function guardParser<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const reason = error instanceof Error ? error.message : (error as { exception?: unknown })?.exception ?? error;
    throw new InputError(
      `${path}: the DICOM header is damaged or cut off (${String(reason).replace(/^dicomParser\S*: /, "")})`,
    );
  }
}

export const DEFLATED = "1.2.840.10008.1.2.1.99";
export const BIG_ENDIAN = "1.2.840.10008.1.2.2";

/** How pixels are packed; "none" if they lie in the file as they are. */
export type PixelCodec = "none" | "jpeg-2000" | "jpeg-ls" | "jpeg-lossless" | "rle";

interface Syntax {
  readonly name: string;
  /** Absent where pixels cannot be read. */
  readonly codec?: PixelCodec;
  readonly isLossy?: true;
}

/** The transfer syntaxes of images (PS3.6 Annex A). */
const syntaxes: Readonly<Record<string, Syntax>> = {
  "1.2.840.10008.1.2": { name: "Implicit VR Little Endian", codec: "none" },
  "1.2.840.10008.1.2.1": { name: "Explicit VR Little Endian", codec: "none" },
  [DEFLATED]: { name: "Deflated Explicit VR Little Endian", codec: "none" },
  [BIG_ENDIAN]: { name: "Explicit VR Big Endian", codec: "none" },
  "1.2.840.10008.1.2.5": { name: "RLE Lossless", codec: "rle" },
  "1.2.840.10008.1.2.4.50": { name: "JPEG Baseline" },
  "1.2.840.10008.1.2.4.51": { name: "JPEG Extended" },
  "1.2.840.10008.1.2.4.57": { name: "JPEG Lossless", codec: "jpeg-lossless" },
  "1.2.840.10008.1.2.4.70": { name: "JPEG Lossless, First-Order Prediction", codec: "jpeg-lossless" },
  "1.2.840.10008.1.2.4.80": { name: "JPEG-LS Lossless", codec: "jpeg-ls" },
  "1.2.840.10008.1.2.4.81": { name: "JPEG-LS Near-Lossless", codec: "jpeg-ls", isLossy: true },
  "1.2.840.10008.1.2.4.90": { name: "JPEG 2000 Lossless", codec: "jpeg-2000" },
  "1.2.840.10008.1.2.4.91": { name: "JPEG 2000", codec: "jpeg-2000", isLossy: true },
  "1.2.840.10008.1.2.4.201": { name: "High-Throughput JPEG 2000 Lossless" },
  "1.2.840.10008.1.2.4.202": { name: "High-Throughput JPEG 2000 Lossless, RPCL" },
  "1.2.840.10008.1.2.4.203": { name: "High-Throughput JPEG 2000" },
};

/**
 * How pixels in this DICOM transfer syntax are packed.
 *
 * @throws {InputError} If they cannot be read. The message gives the syntax's number and name.
 */
export function pixelCodec(path: string, uid: string): PixelCodec {
  const syntax = syntaxes[uid];
  if (syntax?.codec) return syntax.codec;
  throw new InputError(
    `${path}: transfer syntax ${uid || "(missing)"} (${syntax?.name ?? "of no known name"}) cannot be read. ` +
      "Decompress the series first, for example with gdcmconv --raw, or convert it with dcm2niix",
  );
}

/** Whether pixels in this transfer syntax may be compressed with loss. */
export function isLossySyntax(uid: string): boolean {
  return syntaxes[uid]?.isLossy ?? false;
}

/** The syntax's name in the standard. */
export function syntaxName(uid: string): string {
  return syntaxes[uid]?.name ?? uid;
}

/** No slice, and no segmentation of one scan, is larger than this once unpacked. */
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
 * @throws {InputError} If it does not exist, is not a DICOM file, or is damaged before its data set.
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
