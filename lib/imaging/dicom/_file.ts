import { inflateRawSync } from "node:zlib";
import { InputError, readInput } from "@ctsurv/base/mod.ts";
import { readStartOfFile } from "../_start_of_file.ts";
import { describeOther } from "../other_formats.ts";
import { type DataElement, type DataSet, DataSetFault, type Encoding, isVr, parseDataSet } from "./_data_set.ts";
import { BIG_ENDIAN, DEFLATED, EXPLICIT, IMPLICIT, syntaxName } from "./_transfer_syntax.ts";

/** A DICOM file as read, from its first byte on, or its first bytes. A deflated data set is unpacked. */
export interface DicomFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Bytes in the file, to tell whether the pixels are all there. */
  readonly fileLength: number;
  /** UID of the transfer syntax: what the file says or, if it says nothing, how its data set is written. */
  readonly transferSyntax: string;
  /** The file's meta information: group 2. Empty if it has none. */
  readonly meta: DataSet;
  /** Where the data set begins, and how it is written, whatever the file says of that. */
  readonly start: number;
  readonly encoding: Encoding;
}

/** No slice, and no segmentation of one scan, is larger than this once unpacked. */
const MAX_INFLATED_BYTES = 2 ** 30;

/**
 * Reads a DICOM file.
 *
 * @throws {InputError} If it does not exist, is not a DICOM file, or is damaged before its data set.
 */
export async function openDicomFile(path: string): Promise<DicomFile> {
  const bytes = await readInput(path);
  const file = guardFault(path, () => locateDataSet(path, bytes, bytes.length));
  if (!file) throw notDicom(path, bytes);
  return file;
}

/** First bytes that are read of a file: a CT's header, as a rule. */
const FIRST_BYTES = 16 * 1024;

/**
 * Reads as much of a DICOM file as it takes: 16 KiB, and eight times as many until it is enough. Only a file whose data
 * set is compressed (Deflated Explicit VR) is read as a whole.
 *
 * @param use Called with the file's first bytes. It returns undefined to ask for more, but not of a file that is there
 *   as a whole.
 * @throws {InputError} If it does not exist, may not be read or is not a DICOM file, and what `use` throws.
 */
export async function readDicomStart<T>(path: string, use: (file: DicomFile) => T | undefined): Promise<T> {
  for (let length = FIRST_BYTES;; length *= 8) {
    const { bytes, size } = await readStartOfFile(path, length);
    const file = guardFault(path, () => locateInStart(path, bytes, size));
    if (!file) throw notDicom(path, bytes);
    if (file === "more") continue;
    const result = use(file.transferSyntax === DEFLATED && bytes.length < size ? await openDicomFile(path) : file);
    if (result !== undefined) return result;
  }
}

/**
 * Whether a file is DICOM, by its first bytes.
 *
 * @throws {InputError} If it does not exist, may not be read, or is damaged before its data set.
 */
export async function isDicomFile(path: string): Promise<boolean> {
  try {
    return await readDicomStart(path, () => true);
  } catch (error) {
    if (error instanceof NotDicomError) return false;
    throw error;
  }
}

/** The same for a file's first bytes; "more" if they end within group 2. */
function locateInStart(path: string, bytes: Uint8Array, size: number): DicomFile | "more" | undefined {
  try {
    return locateDataSet(path, bytes, size);
  } catch (error) {
    if (error instanceof DataSetFault && error.isShort && bytes.length < size) return "more";
    throw error;
  }
}

/** Turns a fault in a data set into a refusal. */
export function guardFault<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DataSetFault)) throw error;
    throw new InputError(`${path}: the DICOM header is damaged or cut off (${error.message}). Copy the file again`);
  }
}

/** A file that is not DICOM, and what it seems to be instead. */
export class NotDicomError extends InputError {}

function notDicom(path: string, bytes: Uint8Array): NotDicomError {
  const other = describeOther(path, bytes);
  return new NotDicomError(
    `${path}: not a DICOM file${
      other ? `, but ${other}` : ' (no "DICM" after a preamble of 128 bytes, and no DICOM attributes)'
    }`,
  );
}

const text = (bytes: Uint8Array, from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));

/**
 * Finds the data set of a file. It has a preamble of 128 bytes, "DICM" and group 2 before it (PS3.10 7.1), but planning
 * systems such as XiO and Monaco leave them out, some or all.
 *
 * @param fileLength Bytes in the file. Where `bytes` are only its first, a deflated data set is not unpacked.
 * @returns Undefined if this is not a DICOM file.
 * @throws {DataSetFault} If group 2 is damaged.
 */
function locateDataSet(path: string, bytes: Uint8Array, fileLength: number): DicomFile | undefined {
  const hasMagic = text(bytes, 128, 132) === "DICM";
  const begin = hasMagic ? 132 : text(bytes, 0, 4) === "DICM" ? 4 : 0;
  if (begin === 0 && !beginsLikeDataSet(bytes)) return undefined;
  const { meta, start } = readMeta(bytes, begin);
  const declared = transferSyntaxOf(meta);
  if (declared === DEFLATED) {
    const whole = bytes.length < fileLength ? bytes : inflateFrom(path, bytes, start);
    const encoding = { isExplicit: true, isBigEndian: false };
    return { path, bytes: whole, fileLength: whole.length, transferSyntax: declared, meta, start, encoding };
  }
  const encoding = sniffEncoding(path, bytes, start, declared);
  const transferSyntax = declared || (encoding.isExplicit ? EXPLICIT : IMPLICIT);
  return { path, bytes, fileLength, transferSyntax, meta, start, encoding };
}

/** Without "DICM", a data set is known by its first attribute, of group 2 or 8, and by what has to come after it. */
function beginsLikeDataSet(bytes: Uint8Array): boolean {
  const group = bytes[0]! + 256 * bytes[1]!;
  if (bytes.length < 64 || group !== 2 && group !== 8) return false;
  const encoding = { isExplicit: isVr(bytes, 4), isBigEndian: false };
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
  if (!encoding.isExplicit && length > 256) return false;
  // SOPClassUID or Modality; or TransferSyntaxUID.
  const { dataset: { elements } } = parseDataSet(bytes, 0, encoding, (tag) => tag < 0x00080060);
  return [0x00080016, 0x00080060, 0x00020010].some((tag) => elements.has(tag));
}

/** Group 2, which is always little-endian. Its length is not trusted: it ends where another group begins. */
function readMeta(bytes: Uint8Array, begin: number): { readonly meta: DataSet; readonly start: number } {
  const isMeta = (at: number) => bytes[at] === 2 && bytes[at + 1] === 0;
  const elements = new Map<number, DataElement>();
  let at = begin;
  while (isMeta(at)) {
    const encoding = { isExplicit: isVr(bytes, at + 4), isBigEndian: false };
    const { dataset, end, fault } = parseDataSet(bytes, at, encoding, () => false);
    if (fault) throw fault;
    for (const [tag, element] of dataset.elements) elements.set(tag, element);
    at = end;
  }
  return { meta: { source: { bytes }, isBigEndian: false, elements }, start: at };
}

function transferSyntaxOf({ source: { bytes }, elements }: DataSet): string {
  const element = elements.get(0x00020010);
  return element ? text(bytes, element.offset, element.offset + element.length).replaceAll("\0", " ").trim() : "";
}

/**
 * How the data set is written. Files that call themselves explicit but are implicit, and the reverse, are read as they
 * are, because the pixels are the same in both.
 *
 * @throws {InputError} If the bytes are in the other order than the file says: then nobody knows that of the pixels.
 */
function sniffEncoding(path: string, bytes: Uint8Array, start: number, declared: string): Encoding {
  const isBigEndian = declared === BIG_ENDIAN;
  const [first = 0, second = 0] = bytes.subarray(start, start + 2);
  const [little, big] = [first + 256 * second, 256 * first + second];
  // The first group is 8, and never above 255 in its own byte order.
  if (isBigEndian ? big > 255 && little <= 255 : little > 255 && big <= 255) {
    throw new InputError(
      `${path}: the file says that it is in ${syntaxName(declared || EXPLICIT)}, but its attributes are in the other ` +
        "byte order. Write it again with dcmconv or gdcmconv, or export it again",
    );
  }
  return { isExplicit: isVr(bytes, start + 4), isBigEndian };
}

/** The file with everything from `start` on unpacked (PS3.5 A.5). */
function inflateFrom(path: string, bytes: Uint8Array, start: number): Uint8Array {
  try {
    const data = inflateRawSync(bytes.subarray(start), { maxOutputLength: MAX_INFLATED_BYTES });
    const whole = new Uint8Array(start + data.length);
    whole.set(bytes.subarray(0, start));
    whole.set(data, start);
    return whole;
  } catch (error) {
    throw new InputError(
      `${path}: the deflated data set is damaged or cut off (${(error as Error).message}). Copy the file again`,
    );
  }
}
