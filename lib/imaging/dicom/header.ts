import { copyBytes } from "@ctsurv/base/mod.ts";
import { type DataSet, parseDataSet } from "./_data_set.ts";
import { type DicomFile, guardFault, readDicomStart } from "./_file.ts";
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

/** The header of one DICOM file: what identifies the file, and every attribute before its pixels. */
export interface DicomHeader {
  readonly path: string;
  /** Bytes in the file, to tell whether the pixels are all there. */
  readonly fileLength: number;
  /** "CT", "SEG", "RTSTRUCT" and so on, also by the class of the object; empty if the file does not say. */
  readonly modality: string;
  /** PatientID; empty if the file has none. */
  readonly patient: string;
  /** SeriesInstanceUID; empty if the file has none. */
  readonly series: string;
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
  "1.2.840.10008.5.1.4.1.1.2.2": "CT",
  "1.2.840.10008.5.1.4.1.1.66.4": "SEG",
  "1.2.840.10008.5.1.4.1.1.481.3": "RTSTRUCT",
  "1.2.840.10008.1.3.10": "DICOMDIR",
};

/** Whether an attribute, by its tag, is the last that is needed of a data set. */
export type IsLast = (tag: number, dataset: DataSet) => boolean;

/**
 * Reads the header of a DICOM file that is in memory, up to its pixels.
 *
 * @throws {InputError} If it is damaged.
 */
export function readDicomHeader(file: DicomFile): DicomHeader {
  return guardFault(file.path, () => parseHeader(file)!);
}

/**
 * Reads the header of a DICOM file on disk, but not its pixels.
 *
 * @param isLast Ends the header before the pixels. What comes later need not be whole then.
 * @throws {InputError} If it does not exist, may not be read, is not a DICOM file or is damaged.
 */
export async function openDicomHeader(path: string, isLast: IsLast = () => false): Promise<DicomHeader> {
  return await readDicomStart(path, (file) => guardFault(path, () => parseHeader(file, isLast)));
}

/** Undefined if the header goes on beyond the bytes that were read. */
function parseHeader(file: DicomFile, isLast: IsLast = () => false): DicomHeader | undefined {
  const { path, bytes, start, encoding, fileLength, transferSyntax, meta } = file;
  const { dataset, end, fault } = parseDataSet(bytes, start, encoding, (tag, found) => !isLast(tag, found));
  if (fault?.isShort && bytes.length < fileLength) return undefined;
  if (fault) throw fault;
  // A folder's headers are all held at once; their pixels must not be.
  dataset.source.bytes = copyBytes(bytes, 0, end);
  const tags = createDicomTags(path, [dataset]);
  return {
    path,
    fileLength,
    modality: modalityOf(tags) || modalityOf(createDicomTags(path, [meta])),
    patient: tags.text("PatientID"),
    series: tags.text("SeriesInstanceUID"),
    isLocalizer: tags.text("ImageType").toUpperCase().split("\\").includes("LOCALIZER"),
    transferSyntax,
    dataset,
    tags,
  };
}

/** The modality that attributes give, or that belongs to their SOP class; empty if they have neither. */
export function modalityOf(tags: DicomTags): string {
  const sopClass = tags.text("SOPClassUID") || tags.text("MediaStorageSOPClassUID");
  return tags.text("Modality") || (modalities[sopClass] ?? "");
}
