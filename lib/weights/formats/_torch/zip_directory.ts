import { type ByteSource, readBytes, type Refuse } from "../_bytes.ts";
import type { Storage } from "../stored_tensor.ts";

/** The place of a file within a zip archive. */
export type ZipRecord = Pick<Storage, "start" | "bytes" | "crc">;

const END_SIZE = 22;
const END64_SIZE = 56;
const LOCATOR_SIZE = 20;
const HEADER_SIZE = 46;
const LOCAL_HEADER_SIZE = 30;
const MOST_RECORDS = 10_000;
/** If all bits of a field of 32 or 16 bits are ones, its value is in a zip64 field. */
const [all32, all16] = [0xffffffff, 0xffff];

const CUT_OFF = "its zip directory is not where it has to be: it was cut off or damaged; download it again";

interface Entry {
  readonly name: string;
  readonly isEncrypted: boolean;
  readonly isCompressed: boolean;
  readonly bytes: number;
  readonly packed: number;
  readonly crc: number;
  readonly header: number;
}

/**
 * The directory of a zip archive as PyTorch writes it. No record is compressed, none overlaps another, and sizes and
 * checksums are only in the central directory (APPNOTE 6.3, sections 4.3.12 to 4.3.16 and 4.5.3).
 *
 * @param checkNames Called with the names of all records before anything else is asked of them; throws for an archive of
 * another program.
 */
export function readZipDirectory(
  source: ByteSource,
  refuse: Refuse,
  checkNames: (names: readonly string[]) => void = () => {},
): ReadonlyMap<string, ZipRecord> {
  const directory = findDirectory(source, refuse);
  const entries = readEntries(source, directory, refuse);
  checkNames(entries.map(({ name }) => name));
  for (const { name, isEncrypted, isCompressed, bytes, packed, header } of entries) {
    if (isEncrypted) throw refuse(`"${name}" is encrypted`);
    if (isCompressed) throw refuse(`"${name}" is compressed, which PyTorch never does`);
    if (bytes !== packed) throw refuse(`"${name}" has two sizes`);
    if (!Number.isSafeInteger(bytes + header)) throw refuse(`"${name}" has no proper size`);
  }
  // PyTorch can be told to write no checksums (torch.serialization.set_crc32_options). All of them are zero then.
  const isChecked = entries.some(({ crc }) => crc !== 0);
  const records = new Map<string, ZipRecord>();
  let next = 0;
  for (const entry of entries.toSorted((a, b) => a.header - b.header)) {
    if (records.has(entry.name)) throw refuse(`"${entry.name}" stands there twice`);
    if (entry.header < next) throw refuse(`"${entry.name}" overlaps what stands before it`);
    const start = dataStart(source, entry, directory.start, refuse);
    next = start + entry.bytes;
    if (next > directory.start) throw refuse(`"${entry.name}" ends past the end of the data`);
    records.set(entry.name, { start, bytes: entry.bytes, ...(isChecked ? { crc: entry.crc } : {}) });
  }
  return records;
}

interface Directory {
  readonly count: number;
  readonly start: number;
  readonly bytes: number;
}

/** The directory stands right before the records at the end of the file, which have no comment. */
function findDirectory(source: ByteSource, refuse: Refuse): Directory {
  const end = source.size - END_SIZE;
  const at = (offset: number, length: number) => {
    if (offset < 0) throw refuse(CUT_OFF);
    return new DataView(readBytes(source, offset, length).buffer);
  };
  const last = at(end, END_SIZE);
  if (last.getUint32(0, true) !== 0x06054b50) throw refuse(CUT_OFF);
  const small = { count: last.getUint16(10, true), bytes: last.getUint32(12, true), start: last.getUint32(16, true) };
  const directory = { ...small, end };
  const locator = end >= LOCATOR_SIZE + END64_SIZE ? at(end - LOCATOR_SIZE, LOCATOR_SIZE) : undefined;
  if (locator?.getUint32(0, true) === 0x07064b50) {
    directory.end = end - LOCATOR_SIZE - END64_SIZE;
    const large = at(directory.end, END64_SIZE);
    if (large.getUint32(0, true) !== 0x06064b50) throw refuse(CUT_OFF);
    directory.count = Number(large.getBigUint64(32, true));
    directory.bytes = Number(large.getBigUint64(40, true));
    directory.start = Number(large.getBigUint64(48, true));
    if (
      (small.count !== all16 && small.count !== directory.count) ||
      (small.bytes !== all32 && small.bytes !== directory.bytes) ||
      (small.start !== all32 && small.start !== directory.start)
    ) throw refuse("it has two zip directories that differ");
  }
  if (directory.start + directory.bytes !== directory.end) throw refuse(CUT_OFF);
  if (directory.count > MOST_RECORDS) throw refuse(`it has ${directory.count} records`);
  return directory;
}

function readEntries(source: ByteSource, { start, bytes, count }: Directory, refuse: Refuse): Entry[] {
  const directory = readBytes(source, start, bytes);
  const view = new DataView(directory.buffer);
  const entries: Entry[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + HEADER_SIZE > bytes || view.getUint32(at, true) !== 0x02014b50) {
      throw refuse("its zip directory is damaged");
    }
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [
      number,
      number,
      number,
    ];
    const [nameStart, extraStart] = [at + HEADER_SIZE, at + HEADER_SIZE + nameLength];
    const next = extraStart + extraLength + commentLength;
    if (next > bytes) throw refuse("its zip directory is damaged");
    const name = utf8(directory.subarray(nameStart, extraStart), refuse);
    const [packed, size, header] = [20, 24, 42].map((field) => view.getUint32(at + field, true)) as [
      number,
      number,
      number,
    ];
    const extra = zip64Field(new DataView(directory.buffer, extraStart, extraLength));
    const large = (value: number) => value === all32 ? extra() : value;
    // The order in which APPNOTE 4.5.3 lays the large values out.
    const sizes = { bytes: large(size), packed: large(packed), header: large(header) };
    entries.push({
      name,
      ...sizes,
      isEncrypted: (view.getUint16(at + 8, true) & 1) === 1,
      isCompressed: view.getUint16(at + 10, true) !== 0,
      crc: view.getUint32(at + 16, true),
    });
    at = next;
  }
  if (at !== bytes) throw refuse("its zip directory has bytes left over");
  return entries;
}

/** Gives the 64-bit values of a zip64 extra field one by one, and NaN if there is none left. */
function zip64Field(extra: DataView): () => number {
  let at = 0;
  while (at + 4 <= extra.byteLength && extra.getUint16(at, true) !== 1) at += 4 + extra.getUint16(at + 2, true);
  let value = at + 4;
  const end = value <= extra.byteLength ? value + extra.getUint16(at + 2, true) : value;
  return () => {
    value += 8;
    return value <= Math.min(end, extra.byteLength) ? Number(extra.getBigUint64(value - 8, true)) : NaN;
  };
}

/** The byte at which a record starts: after its local header, whose name must be that in the directory. */
function dataStart(source: ByteSource, { name, header }: Entry, limit: number, refuse: Refuse): number {
  const damaged = () => refuse(`the header of "${name}" is damaged`);
  if (header + LOCAL_HEADER_SIZE > limit) throw damaged();
  const local = new DataView(readBytes(source, header, LOCAL_HEADER_SIZE).buffer);
  const [nameLength, extraLength] = [local.getUint16(26, true), local.getUint16(28, true)];
  const start = header + LOCAL_HEADER_SIZE + nameLength + extraLength;
  if (local.getUint32(0, true) !== 0x04034b50 || local.getUint16(8, true) !== 0 || start > limit) throw damaged();
  if (utf8(readBytes(source, header + LOCAL_HEADER_SIZE, nameLength), refuse) !== name) throw damaged();
  return start;
}

function utf8(bytes: Uint8Array, refuse: Refuse): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw refuse("the name of a record is not UTF-8");
  }
}
