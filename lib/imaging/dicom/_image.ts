import { dot, norm, type Vector } from "../volume/_affine.ts";
import { type DicomTags, frameTags } from "./_tags.ts";
import { BIG_ENDIAN, isLossySyntax, type PixelCodec, pixelCodec } from "./_transfer_syntax.ts";
import type { DicomHeader } from "./header.ts";

/**
 * One CT image: where it lies and how its stored numbers become HU. Its pixels stay in the file until they are read.
 */
export interface DicomImage {
  readonly path: string;
  readonly rows: number;
  readonly columns: number;
  /** mm between rows, and between columns (PixelSpacing). */
  readonly pixelSpacing: readonly [row: number, column: number];
  /** Unit directions in which column index and row index grow (ImageOrientationPatient). */
  readonly columnDirection: Vector;
  readonly rowDirection: Vector;
  /** Centre of the first voxel, LPS mm (ImagePositionPatient). */
  readonly position: Vector;
  /** mm; undefined if the file does not say. */
  readonly sliceThickness: number | undefined;
  /** Whether it was once compressed with loss. */
  readonly isLossy: boolean;
  readonly pixels: PixelLocation;
  readonly storage: DicomStorage;
  readonly told: ToldOfImage;
}

/** What a file says of its image's place among others, which may contradict the positions. Texts are empty if absent. */
export interface ToldOfImage {
  /** AcquisitionNumber. */
  readonly acquisition: string;
  /** AcquisitionTime, HHMMSS. */
  readonly time: string;
  readonly frameOfReference: string;
  readonly kernel: string;
  /** InstanceNumber; undefined in an enhanced CT, whose frames are numbered otherwise. */
  readonly instance: number | undefined;
  /** mm */
  readonly spacingBetweenSlices: number | undefined;
  /** SliceLocation, mm. */
  readonly location: number | undefined;
}

/** Where the pixels of an image are, 16 bits each. */
export interface PixelLocation {
  readonly codec: PixelCodec;
  /** Which frame of the file, from 0, of how many. */
  readonly frame: number;
  readonly frames: number;
  /** Byte of the file where the frame begins or, if they are packed, where the pixels of all frames do. */
  readonly offset: number;
  readonly isBigEndian: boolean;
}

/** What the stored pixels of an image mean. */
export interface DicomStorage {
  readonly bitsStored: number;
  readonly highBit: number;
  readonly isSigned: boolean;
  /** HU = slope * stored + intercept. */
  readonly slope: number;
  readonly intercept: number;
  /** Whether the file gives both. Otherwise 1 and 0 stand for what it does not give. */
  readonly isCalibrated: boolean;
  /** Stored values, both included, that stand for "not measured". */
  readonly padding: readonly [low: number, high: number] | undefined;
}

/**
 * The images that a header describes, checked attribute by attribute: one image, or one per frame of an enhanced CT.
 *
 * @throws {InputError} If something needed is missing, malformed or not that of a CT. The message names file and tag.
 */
export function readDicomImages(header: DicomHeader): DicomImage[] {
  const codec = pixelCodec(header.path, header.transferSyntax);
  const frames = frameTags(header);
  return frames.map((tags, frame) => readImage(header, tags, { codec, frame, frames: frames.length }));
}

/** 4096 x 4096, well above any CT: a damaged size has to be found before it is allocated. */
const MOST_PACKED_PIXELS = 2 ** 24;

type Packing = Pick<PixelLocation, "codec" | "frame" | "frames">;

function readImage(header: DicomHeader, tags: DicomTags, packing: Packing): DicomImage {
  const photometric = tags.text("PhotometricInterpretation") || "MONOCHROME2";
  if ((tags.whole("SamplesPerPixel") ?? 1) !== 1 || photometric !== "MONOCHROME2") {
    throw tags.refuse(`a picture in ${photometric}, not CT values in MONOCHROME2`, "PhotometricInterpretation");
  }
  const [rows, columns] = [tags.needed("Rows"), tags.needed("Columns")];
  if (rows === 0 || columns === 0) throw tags.refuse(`an empty image of ${rows} x ${columns}`, "Rows");
  const pixelSpacing = tags.decimals("PixelSpacing", 2) as [number, number];
  if (!pixelSpacing.every((mm) => mm > 0)) {
    throw tags.refuse(`pixels of ${pixelSpacing.join(" x ")} mm; both must be above 0`, "PixelSpacing");
  }
  const directions = tags.decimals("ImageOrientationPatient", 6);
  const columnDirection = directions.slice(0, 3) as [number, number, number];
  const rowDirection = directions.slice(3) as [number, number, number];
  const faults = [norm(columnDirection) - 1, norm(rowDirection) - 1, dot(columnDirection, rowDirection)];
  if (faults.some((fault) => Math.abs(fault) > 1e-3)) {
    throw tags.refuse(`${directions.join("\\")} is not two unit vectors at right angles`, "ImageOrientationPatient");
  }
  return {
    path: header.path,
    rows,
    columns,
    pixelSpacing,
    columnDirection,
    rowDirection,
    position: tags.decimals("ImagePositionPatient", 3) as [number, number, number],
    sliceThickness: tags.decimal("SliceThickness"),
    isLossy: (tags.text("LossyImageCompression") || (isLossySyntax(header.transferSyntax) ? "01" : "00")) === "01",
    pixels: locatePixels(header, rows * columns, packing),
    storage: readStorage(tags, packing.codec),
    told: {
      acquisition: tags.text("AcquisitionNumber"),
      time: tags.text("AcquisitionTime"),
      frameOfReference: tags.text("FrameOfReferenceUID"),
      kernel: tags.text("ConvolutionKernel"),
      instance: packing.frames > 1 ? undefined : tags.optional("InstanceNumber"),
      spacingBetweenSlices: tags.optional("SpacingBetweenSlices"),
      location: packing.frames > 1 ? undefined : tags.optional("SliceLocation"),
    },
  };
}

function locatePixels({ tags, fileLength, transferSyntax }: DicomHeader, count: number, packing: Packing) {
  const pixels = tags.pixels();
  if (!pixels) throw tags.refuse("no pixels: cut off, or not an image", "PixelData");
  const isPacked = packing.codec !== "none";
  if (pixels.isEncapsulated !== isPacked) {
    throw tags.refuse(`${isPacked ? "plain" : "compressed"} pixels in a file that says the contrary`, "PixelData");
  }
  if (isPacked && count > MOST_PACKED_PIXELS) throw tags.refuse(`${count} pixels, more than any CT slice has`, "Rows");
  const before = isPacked ? 0 : 2 * count * packing.frame;
  const available = Math.max(0, Math.min(pixels.length, fileLength - pixels.offset) - before);
  if (!isPacked && available < 2 * count) {
    throw tags.refuse(
      `cut off: ${available} of ${2 * count} bytes of pixels are there. Copy the file again`,
      "PixelData",
    );
  }
  return { ...packing, offset: pixels.offset + before, isBigEndian: transferSyntax === BIG_ENDIAN };
}

function readStorage(tags: DicomTags, codec: PixelCodec): DicomStorage {
  const bits = tags.needed("BitsAllocated");
  if (bits !== 16) throw tags.refuse(`${bits} bits per pixel; CT has 16`, "BitsAllocated");
  const bitsStored = tags.whole("BitsStored") ?? bits;
  const highBit = tags.whole("HighBit") ?? bitsStored - 1;
  if (bitsStored < 1 || highBit >= bits || highBit + 1 < bitsStored) {
    throw tags.refuse(`${bitsStored} bits with bit ${highBit} the highest do not fit into ${bits}`, "BitsStored");
  }
  if (codec !== "none" && highBit !== bitsStored - 1) {
    throw tags.refuse(`compressed pixels whose bits are shifted (highest is bit ${highBit})`, "HighBit");
  }
  const [slope, intercept] = [tags.decimal("RescaleSlope"), tags.decimal("RescaleIntercept")];
  if (slope === 0) throw tags.refuse("a slope of 0 would make every voxel the same", "RescaleSlope");
  const isSigned = tags.needed("PixelRepresentation") === 1;
  const padding = tags.whole("PixelPaddingValue", isSigned);
  const limit = tags.whole("PixelPaddingRangeLimit", isSigned) ?? padding;
  return {
    bitsStored,
    highBit,
    isSigned,
    slope: slope ?? 1,
    intercept: intercept ?? 0,
    isCalibrated: slope !== undefined && intercept !== undefined,
    padding: padding === undefined ? undefined : [Math.min(padding, limit!), Math.max(padding, limit!)],
  };
}
