import { InputError } from "@ctsurv/base/mod.ts";

export const IMPLICIT = "1.2.840.10008.1.2";
export const EXPLICIT = "1.2.840.10008.1.2.1";
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
  [IMPLICIT]: { name: "Implicit VR Little Endian", codec: "none" },
  [EXPLICIT]: { name: "Explicit VR Little Endian", codec: "none" },
  [DEFLATED]: { name: "Deflated Explicit VR Little Endian", codec: "none" },
  [BIG_ENDIAN]: { name: "Explicit VR Big Endian", codec: "none" },
  "1.2.840.10008.1.2.1.98": { name: "Encapsulated Uncompressed Explicit VR Little Endian" },
  "1.2.840.10008.1.2.5": { name: "RLE Lossless", codec: "rle" },
  "1.2.840.10008.1.2.4.50": { name: "JPEG Baseline" },
  "1.2.840.10008.1.2.4.51": { name: "JPEG Extended" },
  "1.2.840.10008.1.2.4.57": { name: "JPEG Lossless", codec: "jpeg-lossless" },
  "1.2.840.10008.1.2.4.70": { name: "JPEG Lossless, First-Order Prediction", codec: "jpeg-lossless" },
  "1.2.840.10008.1.2.4.80": { name: "JPEG-LS Lossless", codec: "jpeg-ls" },
  "1.2.840.10008.1.2.4.81": { name: "JPEG-LS Near-Lossless", codec: "jpeg-ls", isLossy: true },
  "1.2.840.10008.1.2.4.90": { name: "JPEG 2000 Lossless", codec: "jpeg-2000" },
  "1.2.840.10008.1.2.4.91": { name: "JPEG 2000", codec: "jpeg-2000", isLossy: true },
  "1.2.840.10008.1.2.4.110": { name: "JPEG XL Lossless" },
  "1.2.840.10008.1.2.4.112": { name: "JPEG XL" },
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
