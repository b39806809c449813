import type { DataSet, Element } from "dicom-parser";
import { InputError } from "@ctsurv/base/mod.ts";
import { guardParser } from "./_file.ts";
import type { DicomHeader } from "./header.ts";

/** The DICOM attributes read here, by keyword, as dicom-parser writes tags. */
const tags = {
  MediaStorageSOPClassUID: "x00020002",
  ImageType: "x00080008",
  SOPClassUID: "x00080016",
  Modality: "x00080060",
  Manufacturer: "x00080070",
  SeriesDescription: "x0008103e",
  ManufacturerModelName: "x00081090",
  PatientID: "x00100020",
  SliceThickness: "x00180050",
  ConvolutionKernel: "x00181210",
  SeriesInstanceUID: "x0020000e",
  ImagePositionPatient: "x00200032",
  ImageOrientationPatient: "x00200037",
  FrameOfReferenceUID: "x00200052",
  SamplesPerPixel: "x00280002",
  PhotometricInterpretation: "x00280004",
  NumberOfFrames: "x00280008",
  Rows: "x00280010",
  Columns: "x00280011",
  PixelSpacing: "x00280030",
  BitsAllocated: "x00280100",
  BitsStored: "x00280101",
  HighBit: "x00280102",
  PixelRepresentation: "x00280103",
  PixelPaddingValue: "x00280120",
  PixelPaddingRangeLimit: "x00280121",
  RescaleIntercept: "x00281052",
  RescaleSlope: "x00281053",
  LossyImageCompression: "x00282110",
  SegmentationType: "x00620001",
  SegmentSequence: "x00620002",
  SegmentNumber: "x00620004",
  SegmentLabel: "x00620005",
  SegmentDescription: "x00620006",
  ReferencedSegmentNumber: "x0062000b",
  MaximumFractionalValue: "x0062000e",
  StructureSetROISequence: "x30060020",
  ROINumber: "x30060022",
  ReferencedFrameOfReferenceUID: "x30060024",
  ROIName: "x30060026",
  ROIContourSequence: "x30060039",
  ContourSequence: "x30060040",
  ContourGeometricType: "x30060042",
  NumberOfContourPoints: "x30060046",
  ContourData: "x30060050",
  ReferencedROINumber: "x30060084",
  SharedFunctionalGroupsSequence: "x52009229",
  PerFrameFunctionalGroupsSequence: "x52009230",
  PixelData: "x7fe00010",
} as const;

/** A decimal or integer string (PS3.5 6.2). It is stricter than what JavaScript takes for a number. */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A DICOM attribute that {@linkcode DicomTags} reads. */
export type DicomKeyword = keyof typeof tags;

/** Reads attributes of one file. Missing or malformed ones are refused with file, keyword and tag. */
export interface DicomTags {
  /** Text without its padding; empty where the attribute is absent. */
  text(keyword: DicomKeyword): string;
  /** A US value, or SS where `signed`; undefined where absent or empty. */
  whole(keyword: DicomKeyword, signed?: boolean): number | undefined;
  /** A DS or IS value; undefined where absent or empty. */
  decimal(keyword: DicomKeyword): number | undefined;
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
 */
export function createDicomTags(path: string, ...datasets: readonly [DataSet, ...DataSet[]]): DicomTags {
  const holder = (tag: string) => datasets.find(({ elements }) => elements[tag]?.length) ?? datasets[0];
  const text = (keyword: DicomKeyword) => {
    const tag = tags[keyword];
    return unpad(guardParser(path, () => holder(tag).string(tag)) ?? "");
  };
  const refuse = (message: string, keyword?: DicomKeyword) =>
    new InputError(`${path}: ${message}${keyword ? ` [${keyword} ${printTag(tags[keyword])}]` : ""}`);
  const whole = (keyword: DicomKeyword, signed = false) => {
    const tag = tags[keyword];
    const dataset = holder(tag);
    if (!dataset.elements[tag]?.length) return undefined;
    return guardParser(path, () => signed ? dataset.int16(tag) : dataset.uint16(tag));
  };
  const itemsOf = (keyword: DicomKeyword) => {
    const tag = tags[keyword];
    return (holder(tag).elements[tag]?.items ?? []).flatMap(({ dataSet }) => dataSet ?? []);
  };
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
    text,
    whole,
    decimals,
    refuse,
    items: (keyword) => itemsOf(keyword).map((item) => createDicomTags(path, item)),
    macros: (keyword) => itemsOf(keyword).map(({ elements }) => Object.values(elements).flatMap(firstItem)),
    decimal: (keyword) => text(keyword) === "" ? undefined : decimals(keyword, 1)[0],
    needed(keyword) {
      const value = whole(keyword);
      if (value === undefined) throw refuse("missing", keyword);
      return value;
    },
    pixels() {
      const element = holder(tags.PixelData).elements[tags.PixelData];
      return element &&
        { offset: element.dataOffset, length: element.length, isEncapsulated: element.hadUndefinedLength === true };
    },
  };
}

function firstItem({ items }: Element): DataSet[] {
  const dataset = items?.[0]?.dataSet;
  return dataset ? [dataset] : [];
}

/** Values are padded with spaces, and in the wild with NULs. */
function unpad(value: string): string {
  return value.replace(/^[\s\0]+|[\s\0]+$/g, "");
}

/** "x00280030" as people write it: (0028,0030). */
function printTag(tag: string): string {
  return `(${tag.slice(1, 5)},${tag.slice(5)})`;
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
    const [first, ...rest] = [...group, ...shared, dataset];
    return createDicomTags(path, first!, ...rest);
  });
}
