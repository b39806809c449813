import type { DataSet } from "dicom-parser";
import { InputError } from "@ctsurv/common/mod.ts";
import { guardParser } from "./guard_parser.ts";

/** The DICOM attributes read here, by keyword, as dicom-parser writes tags. */
const TAGS = {
  ImageType: "x00080008",
  SOPClassUID: "x00080016",
  Modality: "x00080060",
  Manufacturer: "x00080070",
  SeriesDescription: "x0008103e",
  ManufacturerModelName: "x00081090",
  SliceThickness: "x00180050",
  ConvolutionKernel: "x00181210",
  SeriesInstanceUID: "x0020000e",
  ImagePositionPatient: "x00200032",
  ImageOrientationPatient: "x00200037",
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
  PixelData: "x7fe00010",
} as const;

/** A DICOM attribute that {@linkcode DicomTags} reads. */
export type DicomKeyword = keyof typeof TAGS;

/** Reads attributes of one file; what is missing or malformed is refused by file, keyword and tag. */
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
  /** Where the pixels are; undefined where the file has none. */
  pixels(): { offset: number; length: number; isEncapsulated: boolean } | undefined;
  /** An error that begins with the file and, where one is named, ends with the attribute's tag. */
  refuse(message: string, keyword?: DicomKeyword): InputError;
}

/** Attributes of a parsed file. */
export function createDicomTags(path: string, dataset: DataSet): DicomTags {
  const text = (keyword: DicomKeyword) => unpad(guardParser(path, () => dataset.string(TAGS[keyword])) ?? "");
  const refuse = (message: string, keyword?: DicomKeyword) =>
    new InputError(`${path}: ${message}${keyword ? ` [${keyword} ${printTag(TAGS[keyword])}]` : ""}`);
  const whole = (keyword: DicomKeyword, signed = false) => {
    const tag = TAGS[keyword];
    if (!dataset.elements[tag]?.length) return undefined;
    return guardParser(path, () => signed ? dataset.int16(tag) : dataset.uint16(tag));
  };
  const decimals = (keyword: DicomKeyword, count: number) => {
    const value = text(keyword);
    const numbers = value.split("\\").map((part) => unpad(part) === "" ? NaN : Number(unpad(part)));
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
    decimal: (keyword) => text(keyword) === "" ? undefined : decimals(keyword, 1)[0],
    needed(keyword) {
      const value = whole(keyword);
      if (value === undefined) throw refuse("missing", keyword);
      return value;
    },
    pixels() {
      const element = dataset.elements[TAGS.PixelData];
      return element &&
        { offset: element.dataOffset, length: element.length, isEncapsulated: element.hadUndefinedLength === true };
    },
  };
}

/** Values are padded with spaces, and in the wild with NULs. */
function unpad(value: string): string {
  return value.replace(/^[\s\0]+|[\s\0]+$/g, "");
}

/** "x00280030" as people write it: (0028,0030). */
function printTag(tag: string): string {
  return `(${tag.slice(1, 5)},${tag.slice(5)})`;
}
