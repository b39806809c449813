import { InputError } from "@ctsurv/base/mod.ts";
import { decodeText } from "./_character_sets.ts";
import type { DataElement, DataSet } from "./_data_set.ts";
import type { DicomHeader } from "./header.ts";

/** The DICOM attributes read here, by keyword. */
const tags = {
  MediaStorageSOPClassUID: 0x00020002,
  SpecificCharacterSet: 0x00080005,
  ImageType: 0x00080008,
  SOPClassUID: 0x00080016,
  SOPInstanceUID: 0x00080018,
  StudyDate: 0x00080020,
  SeriesDate: 0x00080021,
  AcquisitionDate: 0x00080022,
  AcquisitionTime: 0x00080032,
  Modality: 0x00080060,
  Manufacturer: 0x00080070,
  SeriesDescription: 0x0008103e,
  ManufacturerModelName: 0x00081090,
  ReferencedSeriesSequence: 0x00081115,
  PatientID: 0x00100020,
  ContrastBolusAgent: 0x00180010,
  SliceThickness: 0x00180050,
  KVP: 0x00180060,
  SpacingBetweenSlices: 0x00180088,
  ConvolutionKernel: 0x00181210,
  SeriesInstanceUID: 0x0020000e,
  SeriesNumber: 0x00200011,
  AcquisitionNumber: 0x00200012,
  InstanceNumber: 0x00200013,
  ImagePositionPatient: 0x00200032,
  ImageOrientationPatient: 0x00200037,
  FrameOfReferenceUID: 0x00200052,
  SliceLocation: 0x00201041,
  SamplesPerPixel: 0x00280002,
  PhotometricInterpretation: 0x00280004,
  NumberOfFrames: 0x00280008,
  Rows: 0x00280010,
  Columns: 0x00280011,
  PixelSpacing: 0x00280030,
  BitsAllocated: 0x00280100,
  BitsStored: 0x00280101,
  HighBit: 0x00280102,
  PixelRepresentation: 0x00280103,
  PixelPaddingValue: 0x00280120,
  PixelPaddingRangeLimit: 0x00280121,
  RescaleIntercept: 0x00281052,
  RescaleSlope: 0x00281053,
  LossyImageCompression: 0x00282110,
  SegmentationType: 0x00620001,
  SegmentSequence: 0x00620002,
  SegmentNumber: 0x00620004,
  SegmentLabel: 0x00620005,
  SegmentDescription: 0x00620006,
  ReferencedSegmentNumber: 0x0062000b,
  MaximumFractionalValue: 0x0062000e,
  ReferencedFrameOfReferenceSequence: 0x30060010,
  RTReferencedStudySequence: 0x30060012,
  RTReferencedSeriesSequence: 0x30060014,
  StructureSetROISequence: 0x30060020,
  ROINumber: 0x30060022,
  ReferencedFrameOfReferenceUID: 0x30060024,
  ROIName: 0x30060026,
  ROIContourSequence: 0x30060039,
  ContourSequence: 0x30060040,
  ContourGeometricType: 0x30060042,
  NumberOfContourPoints: 0x30060046,
  ContourData: 0x30060050,
  ReferencedROINumber: 0x30060084,
  SharedFunctionalGroupsSequence: 0x52009229,
  PerFrameFunctionalGroupsSequence: 0x52009230,
  PixelData: 0x7fe00010,
} as const;

/** Attributes whose text is in the file's character set; that of all others is ASCII (PS3.5 6.1.2.3). */
const inCharacterSet: ReadonlySet<string> = new Set<DicomKeyword>([
  "Manufacturer",
  "SeriesDescription",
  "ManufacturerModelName",
  "PatientID",
  "ContrastBolusAgent",
  "ConvolutionKernel",
  "SegmentLabel",
  "SegmentDescription",
  "ROIName",
]);

/** A decimal or integer string (PS3.5 6.2). It is stricter than what JavaScript takes for a number. */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A DICOM attribute that {@linkcode DicomTags} reads. */
export type DicomKeyword = keyof typeof tags;

/** Reads attributes of one file. Missing or malformed ones are refused with file, keyword and tag. */
export interface DicomTags {
  /** Whether the attribute is there, and not empty. */
  has(keyword: DicomKeyword): boolean;
  /** Text without its padding; empty where the attribute is absent. */
  text(keyword: DicomKeyword): string;
  /** A US value, or SS where `signed`; undefined where absent or empty. */
  whole(keyword: DicomKeyword, signed?: boolean): number | undefined;
  /** A DS or IS value; undefined where absent or empty. */
  decimal(keyword: DicomKeyword): number | undefined;
  /** The same of an attribute that may be anything: undefined where it is no single number. */
  optional(keyword: DicomKeyword): number | undefined;
  /** Exactly `count` DS values. */
  decimals(keyword: DicomKeyword, count: number): number[];
  /** A US value that has to be there. */
  needed(keyword: DicomKeyword): number;
  /** The items of a sequence; none where it is absent. */
  items(keyword: DicomKeyword): DicomTags[];
  /** The same, each item with the sequences in it opened: it reads what is in the first item of any of them. */
  macros(keyword: DicomKeyword): DataSet[][];
  /** Where the pixels are; undefined where the file has none. */
  pixels(): { offset: number; length: number; isEncapsulated: boolean } | undefined;
  /** An error that begins with the file and, where one is named, ends with the attribute's tag. */
  refuse(message: string, keyword?: DicomKeyword): InputError;
}

/**
 * Attributes of a parsed file.
 *
 * @param datasets Where they are looked up, in this order: an item of a sequence, say, before the file it is in.
 * @param around The character set of what the item is in.
 */
export function createDicomTags(
  path: string,
  datasets: readonly [DataSet, ...DataSet[]],
  around: readonly string[] = [],
): DicomTags {
  const found = (keyword: DicomKeyword) => {
    const dataset = datasets.find(({ elements }) => elements.get(tags[keyword])?.length) ?? datasets[0];
    const element = dataset.elements.get(tags[keyword]);
    return element && { dataset, element, bytes: valueOf(dataset, element) };
  };
  const refuse = (message: string, keyword?: DicomKeyword) =>
    new InputError(`${path}: ${message}${keyword ? ` [${keyword} ${printTag(tags[keyword])}]` : ""}`);
  const plain = (keyword: DicomKeyword) => latin1.decode(found(keyword)?.bytes);
  const characterSet = plain("SpecificCharacterSet") ? plain("SpecificCharacterSet").split("\\").map(unpad) : around;
  const text = (keyword: DicomKeyword) =>
    unpad(
      inCharacterSet.has(keyword)
        ? decodeText(found(keyword)?.bytes ?? new Uint8Array(), characterSet)
        : plain(keyword),
    );
  const whole = (keyword: DicomKeyword, signed = false) => {
    const value = found(keyword);
    if (!value || value.bytes.length === 0) return undefined;
    if (value.bytes.length < 2) throw refuse("a number of one byte; the file is damaged", keyword);
    const view = new DataView(value.bytes.buffer, value.bytes.byteOffset);
    const isLittle = !value.dataset.isBigEndian;
    return signed ? view.getInt16(0, isLittle) : view.getUint16(0, isLittle);
  };
  const itemsOf = (keyword: DicomKeyword) => found(keyword)?.element.items ?? [];
  const decimals = (keyword: DicomKeyword, count: number) => {
    const value = text(keyword);
    const numbers = value.split("\\").map((part) => DECIMAL.test(unpad(part)) ? Number(unpad(part)) : NaN);
    if (value === "") throw refuse("missing", keyword);
    if (numbers.length !== count || !numbers.every(Number.isFinite)) {
      throw refuse(`expected ${count} ${count === 1 ? "number" : "numbers"}, found ${JSON.stringify(value)}`, keyword);
    }
    return numbers;
  };
  return {
    has: (keyword) => (found(keyword)?.element.length ?? 0) > 0,
    text,
    whole,
    decimals,
    refuse,
    items: (keyword) => itemsOf(keyword).map((item) => createDicomTags(path, [item], characterSet)),
    macros: (keyword) =>
      itemsOf(keyword).map(({ elements }) => [...elements.values()].flatMap(({ items }) => items?.slice(0, 1) ?? [])),
    optional: (keyword) => DECIMAL.test(text(keyword)) ? Number(text(keyword)) : undefined,
    decimal: (keyword) => text(keyword) === "" ? undefined : decimals(keyword, 1)[0],
    needed(keyword) {
      const value = whole(keyword);
      if (value === undefined) throw refuse("missing", keyword);
      return value;
    },
    pixels() {
      const element = found("PixelData")?.element;
      return element && { offset: element.offset, length: element.length, isEncapsulated: element.isUndefinedLength };
    },
  };
}

const latin1 = new TextDecoder("iso-8859-1");

function valueOf({ source: { bytes } }: DataSet, { offset, length }: DataElement): Uint8Array {
  return bytes.subarray(offset, offset + length);
}

/** Values are padded with spaces, and in the wild with NULs. */
function unpad(value: string): string {
  return value.replace(/^[\s\0]+|[\s\0]+$/g, "");
}

/** 0x00280030 as people write it: (0028,0030). */
function printTag(tag: number): string {
  const digits = tag.toString(16).padStart(8, "0").toUpperCase();
  return `(${digits.slice(0, 4)},${digits.slice(4)})`;
}

/**
 * Attributes frame by frame: those of the frame itself, else those that all frames share, else those of the file
 * (functional groups, PS3.3 C.7.6.16). A file of one plain image gives its own.
 *
 * @throws {InputError} If the file has several frames but does not describe each of them.
 */
export function frameTags({ path, tags, dataset }: DicomHeader): DicomTags[] {
  const frames = tags.decimal("NumberOfFrames") ?? 1;
  const groups = tags.macros("PerFrameFunctionalGroupsSequence");
  if (groups.length === 0 && frames === 1) return [tags];
  if (groups.length === 0) {
    throw tags.refuse(
      `${frames} frames in one file, which does not say where they lie; split it into a file per slice or convert it ` +
        "to NIfTI",
      "NumberOfFrames",
    );
  }
  if (groups.length !== frames) {
    throw new InputError(`${path}: ${frames} frames, but ${groups.length} are described. Export the file again`);
  }
  const [shared = []] = tags.macros("SharedFunctionalGroupsSequence");
  return groups.map((group) => {
    return createDicomTags(path, [...group, ...shared, dataset] as unknown as [DataSet, ...DataSet[]]);
  });
}
