import dicomParser from "dicom-parser";
import { InputError } from "@ctsurv/common/mod.ts";
import { createDicomTags, type DicomTags } from "./dicom_tags.ts";
import { guardParser } from "./guard_parser.ts";
import { refuseSyntax } from "./transfer_syntax.ts";

/** The header of one DICOM file, as far as is needed to tell what it is. */
export interface DicomHeader {
  readonly path: string;
  /** Bytes in the file, to tell whether the pixels are all there. */
  readonly fileLength: number;
  /** "CT", "SEG", "RTSTRUCT" and so on; empty if the file does not say. */
  readonly modality: string;
  /** SeriesInstanceUID; empty if the file has none. */
  readonly series: string;
  readonly description: string;
  /** A scout view, which is CT by its modality but no slice. */
  readonly isLocalizer: boolean;
  readonly transferSyntax: string;
  readonly tags: DicomTags;
}

const CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2";

/**
 * Reads the header of a DICOM file, up to its pixels.
 *
 * @throws {InputError} If it is no DICOM file, or its header is damaged or itself compressed.
 */
export function readDicomHeader(path: string, bytes: Uint8Array): DicomHeader {
  if (bytes.length < 132 || String.fromCharCode(...bytes.subarray(128, 132)) !== "DICM") {
    throw new InputError(`${path}: not a DICOM file (no "DICM" after a preamble of 128 bytes)`);
  }
  const transferSyntax = guardParser(path, () => dicomParser.readPart10Header(bytes).string("x00020010")?.trim() ?? "");
  if (UNPARSED.includes(transferSyntax)) throw refuseSyntax(path, transferSyntax);
  const dataset = guardParser(path, () => dicomParser.parseDicom(bytes, { untilTag: "x7fe00010" }));
  // A folder's headers are all held at once; their pixels must not be.
  dataset.byteArray = bytes.slice(0, dataset.elements["x7fe00010"]?.dataOffset);
  const tags = createDicomTags(path, dataset);
  return {
    path,
    fileLength: bytes.length,
    modality: tags.text("Modality") || (tags.text("SOPClassUID") === CT_IMAGE_STORAGE ? "CT" : ""),
    series: tags.text("SeriesInstanceUID"),
    description: tags.text("SeriesDescription"),
    isLocalizer: tags.text("ImageType").toUpperCase().split("\\").includes("LOCALIZER"),
    transferSyntax,
    tags,
  };
}

/** Syntaxes in which even the header is not as the others have it: deflated, big-endian. */
const UNPARSED = ["1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2"];
