import { join } from "node:path";
import { sha256, writeAtomic } from "@ctsurv/base/mod.ts";
import { affineColumn, unit } from "../volume/_affine.ts";
import type { Affine, Shape } from "../volume/volume.ts";

/** A data element: tag, value representation, value. Several values of text are joined by backslashes. */
export type DicomElement =
  | readonly [tag: number, vr: "CS" | "DA" | "DS" | "IS" | "LO" | "PN" | "SH" | "TM" | "UI", value: string]
  | readonly [tag: number, vr: "US" | "UL", value: number]
  | readonly [tag: number, vr: "OB" | "OW", value: Uint8Array];

/** Whether the file gives each element's value representation, or readers look it up. Both are little-endian. */
export type VrEncoding = "explicit" | "implicit";

export interface EncodeDicomOptions {
  readonly encoding: VrEncoding;
  readonly sopClass: string;
  /** SOP instance UID. */
  readonly uid: string;
}

const transferSyntax = { explicit: "1.2.840.10008.1.2.1", implicit: "1.2.840.10008.1.2" };
/** Of this software, in the arc for UUIDs. */
const IMPLEMENTATION = "2.25.167204859230912348127310231840772561907";

/** Encodes a DICOM file (PS3.10): preamble, meta information, then the elements, put into the order of their tags. */
function encodeDicom(elements: readonly DicomElement[], options: EncodeDicomOptions): Uint8Array {
  const meta = encodeAll([
    [0x00020001, "OB", Uint8Array.of(0, 1)],
    [0x00020002, "UI", options.sopClass],
    [0x00020003, "UI", options.uid],
    [0x00020010, "UI", transferSyntax[options.encoding]],
    [0x00020012, "UI", IMPLEMENTATION],
    [0x00020013, "SH", "ctsurv"],
  ], "explicit");
  const length = encodeAll([[0x00020000, "UL", meta.length]], "explicit");
  const data = encodeAll([...elements].sort(([a], [b]) => a - b), options.encoding);
  const magic = new TextEncoder().encode("DICM");
  return concatenate([new Uint8Array(128), magic, length, meta, data]);
}

function encodeAll(elements: readonly DicomElement[], encoding: VrEncoding): Uint8Array {
  return concatenate(elements.flatMap((element) => encodeElement(element, encoding)));
}

/** Header and value (PS3.5 7.1). */
function encodeElement(element: DicomElement, encoding: VrEncoding): [Uint8Array, Uint8Array] {
  const [tag, vr] = element;
  const value = encodeValue(element);
  const isLong = vr === "OB" || vr === "OW";
  const header = new DataView(new ArrayBuffer(encoding === "explicit" && isLong ? 12 : 8));
  header.setUint16(0, tag >>> 16, true);
  header.setUint16(2, tag & 0xffff, true);
  if (encoding === "implicit") {
    header.setUint32(4, value.length, true);
  } else {
    header.setUint8(4, vr.charCodeAt(0));
    header.setUint8(5, vr.charCodeAt(1));
    if (isLong) header.setUint32(8, value.length, true);
    else header.setUint16(6, value.length, true);
  }
  return [new Uint8Array(header.buffer), value];
}

/** The bytes of a value; text is padded to an even length, UIDs with a zero byte and the rest with a space. */
function encodeValue([, vr, value]: DicomElement): Uint8Array {
  if (typeof value === "string") {
    return new TextEncoder().encode(value.length % 2 === 0 ? value : value + (vr === "UI" ? "\0" : " "));
  }
  if (typeof value === "number") {
    return new Uint8Array(vr === "US" ? Uint16Array.of(value).buffer : Uint32Array.of(value).buffer);
  }
  return value.length % 2 === 0 ? value : concatenate([value, Uint8Array.of(0)]);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** What {@linkcode writeDicomSeries} writes. */
export interface DicomContent {
  /** HU, [slices, rows, columns], within -1024 to 3071. */
  readonly hu: Int16Array;
  /** Size of `hu`, voxels. */
  readonly shape: Shape;
  /** (column, row, slice, 1) -> LPS mm. */
  readonly affine: Affine;
}

/**
 * The two kinds of CT images in LUNG1.
 *
 * - `siemens`: as the scanner made them. Explicit VR, stored unsigned with intercept -1024, ORIGINAL\PRIMARY, with tube
 *   voltage and kernel, files `1-001.dcm` by instance number.
 * - `xio`: as a planning system exported them. Implicit VR, stored signed, ORIGINAL\SECONDARY, no acquisition details,
 *   files named by SOP instance UID, and instance numbers that start in the middle of the body, run down to the feet
 *   and continue from the head.
 */
export type DicomDialect = "siemens" | "xio";

/** Options of {@linkcode writeDicomSeries}. */
export interface WriteDicomOptions {
  /** Which of the two kinds of files in LUNG1 is written. */
  readonly dialect: DicomDialect;
  /** PatientID (0010,0020) and PatientName (0010,0010). */
  readonly patientId: string;
  /** PatientSex (0010,0040); empty by default. */
  readonly sex?: "M" | "F";
  /** SeriesDescription (0008,103E); absent by default. */
  readonly description?: string;
}

const CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2";

/**
 * Writes a CT as a folder of DICOM files, one per slice (PS3.3 A.3, CT Image IOD). UIDs are derived from the patient
 * and the voxels, so that the same input gives the same bytes.
 *
 * @returns The files' paths, in the order of the slices.
 * @throws {RangeError} If `hu` is not as long as `shape` says.
 *
 * @example
 * ```ts
 * import { readVolume, writeDicomSeries } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * const hu = Int16Array.of(-1000, -850, 40, 60, -1000, -840, 45, 55);
 * const paths = await writeDicomSeries(folder, {
 *   hu,
 *   shape: [2, 2, 2],
 *   affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 3, -100, 0, 0, 0, 1],
 * }, { dialect: "siemens", patientId: "LUNG1-001" });
 * assertEquals(paths, [`${folder}/1-002.dcm`, `${folder}/1-001.dcm`]);
 *
 * const { volume, source } = await readVolume(folder);
 * assertEquals(volume.hu, hu);
 * assertEquals(source.acquisition?.gaps, [3, 3]); // mm
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function writeDicomSeries(
  folder: string,
  content: DicomContent,
  options: WriteDicomOptions,
): Promise<string[]> {
  const { hu, shape: [slices, rows, columns] } = content;
  if (hu.length !== slices * rows * columns) {
    throw new RangeError(`${hu.length} voxels do not make a volume of ${content.shape.join(" x ")}`);
  }
  const { dialect, patientId } = options;
  const identity = sha256(
    patientId,
    dialect,
    content.affine.join(),
    new Uint8Array(hu.buffer, hu.byteOffset, hu.byteLength),
  );
  const syntax = dialects[dialect];
  const paths: string[] = [];
  for (let slice = 0; slice < slices; slice++) {
    const instance = syntax.instanceNumber(slice, slices);
    const uid = uidOf(identity, `instance ${slice}`);
    const name = syntax.fileName(instance, uid);
    const elements = imageElements(content, slice, options, identity, { uid, instance });
    const path = join(folder, name);
    await writeAtomic(path, encodeDicom(elements, { encoding: syntax.encoding, sopClass: CT_IMAGE_STORAGE, uid }));
    paths.push(path);
  }
  return paths;
}

interface Dialect {
  readonly encoding: VrEncoding;
  readonly intercept: number;
  readonly elements: readonly DicomElement[];
  /** 1, 2, … for a slice. */
  instanceNumber(slice: number, slices: number): number;
  fileName(instance: number, uid: string): string;
  /** A number with the digits that the dialect writes. */
  decimal(value: number): string;
}

const dialects: Readonly<Record<DicomDialect, Dialect>> = {
  siemens: {
    encoding: "explicit",
    intercept: -1024,
    elements: [
      [0x00080008, "CS", "ORIGINAL\\PRIMARY\\AXIAL"],
      [0x00080070, "LO", "SIEMENS"],
      [0x00081090, "LO", "Biograph 40"],
      [0x00180060, "DS", "120"],
      [0x00181120, "DS", "0"],
      [0x00181210, "SH", "B19f"],
    ],
    // From head to feet, as most scans are acquired.
    instanceNumber: (slice, slices) => slices - slice,
    fileName: (instance) => `1-${String(instance).padStart(3, "0")}.dcm`,
    decimal: (value) => decimalString(value, 10),
  },
  xio: {
    encoding: "implicit",
    intercept: 0,
    elements: [
      [0x00080008, "CS", "ORIGINAL\\SECONDARY\\AXIAL"],
      [0x00080070, "LO", "CMS, Inc."],
      [0x00081090, "LO", "XiO"],
      [0x00180060, "DS", ""],
    ],
    // LUNG1-003: numbers 1 to 79 run down from the 29th of 107 slices, 80 to 107 are those above it.
    instanceNumber(slice, slices) {
      const fromTop = slices - 1 - slice;
      const above = Math.round(slices * 28 / 107);
      return (fromTop - above + slices) % slices + 1;
    },
    fileName: (_, uid) => `${uid}.dcm`,
    decimal: (value) => decimalString(value, 4),
  },
};

function imageElements(
  { hu, shape: [, rows, columns], affine }: DicomContent,
  slice: number,
  { dialect, patientId, sex = undefined, description = undefined }: WriteDicomOptions,
  identity: string,
  { uid, instance }: { readonly uid: string; readonly instance: number },
): DicomElement[] {
  const { elements, intercept, decimal } = dialects[dialect];
  const [column, row, step] = [affineColumn(affine, 0), affineColumn(affine, 1), affineColumn(affine, 2)];
  const origin = affineColumn(affine, 3).map((mm, i) => mm + slice * step[i]!);
  const decimals = (values: readonly number[]) => values.map(decimal).join("\\");
  const pixels = hu.slice(slice * rows * columns, (slice + 1) * rows * columns);
  if (intercept !== 0) pixels.forEach((value, i) => pixels[i] = value - intercept);
  return [
    ...elements,
    [0x00080016, "UI", CT_IMAGE_STORAGE],
    [0x00080018, "UI", uid],
    [0x00080020, "DA", "20080101"],
    [0x00080030, "TM", ""],
    [0x00080050, "SH", ""],
    [0x00080060, "CS", "CT"],
    [0x00080090, "PN", ""],
    ...description === undefined ? [] : [[0x0008103e, "LO", description] as const],
    [0x00100010, "PN", patientId],
    [0x00100020, "LO", patientId],
    [0x00100030, "DA", ""],
    [0x00100040, "CS", sex ?? ""],
    [0x00180015, "CS", "LUNG"],
    [0x00180050, "DS", decimal(Math.hypot(...step))],
    [0x00185100, "CS", "HFS"],
    [0x0020000d, "UI", uidOf(identity, "study")],
    [0x0020000e, "UI", uidOf(identity, "series")],
    [0x00200010, "SH", ""],
    [0x00200011, "IS", "1"],
    [0x00200012, "IS", ""],
    [0x00200013, "IS", String(instance)],
    [0x00200032, "DS", decimals(origin)],
    [0x00200037, "DS", decimals([...unit(column), ...unit(row)])],
    [0x00200052, "UI", uidOf(identity, "frame of reference")],
    [0x00201040, "LO", ""],
    [0x00280002, "US", 1],
    [0x00280004, "CS", "MONOCHROME2"],
    [0x00280010, "US", rows],
    [0x00280011, "US", columns],
    [0x00280030, "DS", decimals([Math.hypot(...row), Math.hypot(...column)])],
    [0x00280100, "US", 16],
    [0x00280101, "US", 16],
    [0x00280102, "US", 15],
    [0x00280103, "US", intercept === 0 ? 1 : 0],
    [0x00281052, "DS", String(intercept)],
    [0x00281053, "DS", "1"],
    [0x7fe00010, "OW", new Uint8Array(pixels.buffer)],
  ];
}

/** A decimal string (DS) of at most 16 characters. */
function decimalString(value: number, digits: number): string {
  const text = value.toFixed(digits).replace(/\.?0+$/, "");
  return text === "-0" ? "0" : text.slice(0, 16);
}

/** A UID in the arc for UUIDs (PS3.5 B.2): a version 8 UUID made from a hash. */
function uidOf(identity: string, purpose: string): string {
  const hex = sha256(identity, purpose);
  return `2.25.${BigInt(`0x${hex.slice(0, 12)}8${hex.slice(13, 16)}8${hex.slice(17, 32)}`)}`;
}
