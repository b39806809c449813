import dicomParser, { type DataSet } from "dicom-parser";
import { type DicomFile, guardParser } from "./_file.ts";
import { createDicomTags, type DicomTags } from "./_tags.ts";

/** How a scan was made, according to its DICOM files. Texts are empty if the files do not give them. */
export interface Acquisition {
  /** Manufacturer (0008,0070). */
  readonly manufacturer: string;
  /** ManufacturerModelName (0008,1090). */
  readonly model: string;
  /** ConvolutionKernel (0018,1210): how sharp or smooth the reconstruction is, such as "B19f". */
  readonly kernel: string;
  /** Smallest and largest distance between neighbouring slices, mm; absent for a single slice. */
  readonly gaps?: readonly [least: number, most: number];
}

/**
 * @param heights Positions of the slices along their normal, ascending, mm.
 */
export function describeAcquisition({ tags }: DicomHeader, heights: readonly number[]): Acquisition {
  const gaps = heights.slice(1).map((height, i) => height - heights[i]!);
  return {
    manufacturer: tags.text("Manufacturer"),
    model: tags.text("ManufacturerModelName"),
    kernel: tags.text("ConvolutionKernel"),
    ...gaps.length > 0 && { gaps: [Math.min(...gaps), Math.max(...gaps)] },
  };
}

/** The header of one DICOM file, as far as it is needed to identify the file. */
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
  /** A scout view, which has modality CT but is not a slice. */
  readonly isLocalizer: boolean;
  readonly transferSyntax: string;
  readonly dataset: DataSet;
  readonly tags: DicomTags;
}

/** The modality of files that give none, by their SOP class. */
const modalities: Readonly<Record<string, string>> = {
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
    modality: tags.text("Modality") || (modalities[sopClass] ?? ""),
    patient: tags.text("PatientID"),
    series: tags.text("SeriesInstanceUID"),
    description: tags.text("SeriesDescription"),
    isLocalizer: tags.text("ImageType").toUpperCase().split("\\").includes("LOCALIZER"),
    transferSyntax,
    dataset,
    tags,
  };
}

/** Makes a data set, and those in its sequences, read from other bytes than it was parsed from. */
function detach(dataset: DataSet, bytes: Uint8Array): void {
  dataset.byteArray = bytes;
  for (const { items } of Object.values(dataset.elements)) {
    for (const item of items ?? []) if (item.dataSet) detach(item.dataSet, bytes);
  }
}
