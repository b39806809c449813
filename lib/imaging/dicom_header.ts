import dicomParser, { type DataSet } from "dicom-parser";
import type { DicomFile } from "./dicom_file.ts";
import { createDicomTags, type DicomTags } from "./dicom_tags.ts";
import { guardParser } from "./guard_parser.ts";

/** The header of one DICOM file, as far as is needed to tell what it is. */
export interface DicomHeader {
  readonly path: string;
  /** Bytes in the file, to tell whether the pixels are all there. */
  readonly fileLength: number;
  /** "CT", "SEG", "RTSTRUCT" and so on; empty if the file does not say. */
  readonly modality: string;
  /** PatientID; empty if the file has none. */
  readonly patient: string;
  /** SeriesInstanceUID; empty if the file has none. */
  readonly series: string;
  readonly description: string;
  /** A scout view, which is CT by its modality but no slice. */
  readonly isLocalizer: boolean;
  readonly transferSyntax: string;
  readonly dataset: DataSet;
  readonly tags: DicomTags;
}

/** What files without a modality are by their class. */
const MODALITIES: Readonly<Record<string, string>> = {
  "1.2.840.10008.5.1.4.1.1.2": "CT",
  "1.2.840.10008.5.1.4.1.1.2.1": "CT",
  "1.2.840.10008.1.3.10": "DICOMDIR",
};

const PIXEL_DATA = "x7fe00010";

/**
 * Reads the header of a DICOM file, up to its pixels.
 *
 * @throws {InputError} If it is damaged.
 */
export function readDicomHeader({ path, bytes, transferSyntax }: DicomFile): DicomHeader {
  // A deflated data set was unpacked when the file was opened.
  const dataset = guardParser(
    path,
    () => dicomParser.parseDicom(bytes, { untilTag: PIXEL_DATA, inflater: () => bytes }),
  );
  // A folder's headers are all held at once; their pixels must not be.
  detach(dataset, bytes.slice(0, dataset.elements[PIXEL_DATA]?.dataOffset));
  const tags = createDicomTags(path, dataset);
  const sopClass = tags.text("SOPClassUID") || tags.text("MediaStorageSOPClassUID");
  return {
    path,
    fileLength: bytes.length,
    modality: tags.text("Modality") || (MODALITIES[sopClass] ?? ""),
    patient: tags.text("PatientID"),
    series: tags.text("SeriesInstanceUID"),
    description: tags.text("SeriesDescription"),
    isLocalizer: tags.text("ImageType").toUpperCase().split("\\").includes("LOCALIZER"),
    transferSyntax,
    dataset,
    tags,
  };
}

/** Lets a data set, and those in its sequences, read from other bytes than it was parsed from. */
function detach(dataset: DataSet, bytes: Uint8Array): void {
  dataset.byteArray = bytes;
  for (const { items } of Object.values(dataset.elements)) {
    for (const item of items ?? []) if (item.dataSet) detach(item.dataSet, bytes);
  }
}
