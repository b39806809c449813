import { InputError } from "@ctsurv/common/mod.ts";

const IMPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2";
const EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1";

/** PS3.6 Annex A, those that images come in. */
const NAMES: Readonly<Record<string, string>> = {
  [IMPLICIT_LITTLE_ENDIAN]: "Implicit VR Little Endian",
  [EXPLICIT_LITTLE_ENDIAN]: "Explicit VR Little Endian",
  "1.2.840.10008.1.2.1.99": "Deflated Explicit VR Little Endian",
  "1.2.840.10008.1.2.2": "Explicit VR Big Endian",
  "1.2.840.10008.1.2.5": "RLE Lossless",
  "1.2.840.10008.1.2.4.50": "JPEG Baseline",
  "1.2.840.10008.1.2.4.51": "JPEG Extended",
  "1.2.840.10008.1.2.4.57": "JPEG Lossless",
  "1.2.840.10008.1.2.4.70": "JPEG Lossless, First-Order Prediction",
  "1.2.840.10008.1.2.4.80": "JPEG-LS Lossless",
  "1.2.840.10008.1.2.4.81": "JPEG-LS Near-Lossless",
  "1.2.840.10008.1.2.4.90": "JPEG 2000 Lossless",
  "1.2.840.10008.1.2.4.91": "JPEG 2000",
  "1.2.840.10008.1.2.4.201": "High-Throughput JPEG 2000 Lossless",
  "1.2.840.10008.1.2.4.202": "High-Throughput JPEG 2000 Lossless, RPCL",
  "1.2.840.10008.1.2.4.203": "High-Throughput JPEG 2000",
};

/** Whether pixels in this DICOM transfer syntax can be read: those that compress nothing. */
export function isReadableSyntax(uid: string): boolean {
  return uid === IMPLICIT_LITTLE_ENDIAN || uid === EXPLICIT_LITTLE_ENDIAN;
}

/** The refusal of a file in any other syntax, by its number and name. */
export function refuseSyntax(path: string, uid: string): InputError {
  return new InputError(
    `${path}: transfer syntax ${uid || "(missing)"} (${NAMES[uid] ?? "of no known name"}) cannot be read. ` +
      "Decompress the series first, for example with gdcmconv --raw, or convert it with dcm2niix",
  );
}
