/** How the elements of a data set are written. */
export interface Encoding {
  /** Whether each element gives its value representation (VR). */
  readonly isExplicit: boolean;
  readonly isBigEndian: boolean;
}

/** One attribute: where its value lies in the bytes of the data set. */
export interface DataElement {
  readonly offset: number;
  /** Bytes of the value. Where the length is undefined, all that follows. */
  readonly length: number;
  /** Whether the file says where the value ends by a delimiter instead of a length. Pixels are compressed then. */
  readonly isUndefinedLength: boolean;
  /** The items of a sequence. */
  readonly items?: readonly DataSet[];
}

/** The attributes of a file, or of an item of a sequence, by tag: 0x00280010 is (0028,0010). */
export interface DataSet {
  /** Where the values are. It is the same object for a file and its items, so that it can be exchanged for a copy. */
  readonly source: { bytes: Uint8Array };
  readonly isBigEndian: boolean;
  readonly elements: ReadonlyMap<number, DataElement>;
}

/** A data set as far as it could be read. */
export interface ParsedDataSet {
  readonly dataset: DataSet;
  /** Where reading ended: at the pixels, at the end, or at a fault. */
  readonly end: number;
  /** What ended it, where that was neither the pixels nor the end. */
  readonly fault?: DataSetFault;
}

/** Why a data set cannot be read on. */
export class DataSetFault extends Error {
  /** @param isShort Whether more bytes of the file might help. */
  constructor(message: string, readonly isShort = false) {
    super(message);
  }
}

export const PIXEL_DATA = 0x7fe00010;
const [ITEM, ITEM_END, SEQUENCE_END] = [0xfffee000, 0xfffee00d, 0xfffee0dd];
const UNDEFINED = 0xffffffff;
/** No object nests its sequences nearly as deep; without a limit, damage could exhaust the stack. */
const DEEPEST = 32;

/** VRs whose length has 16 bits (PS3.5 table 7.1-2). All others, those of the future too, have 32. */
const SHORT = new Set("AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split(" "));
const LONG = new Set("OB OD OF OL OV OW SQ SV UC UN UR UT UV".split(" "));

/** Whether these two bytes are a value representation of the standard. */
export function isVr(bytes: Uint8Array, offset: number): boolean {
  const vr = readVr(bytes, offset);
  return SHORT.has(vr) || LONG.has(vr);
}

function readVr(bytes: Uint8Array, offset: number): string {
  return String.fromCharCode(bytes[offset] ?? 0, bytes[offset + 1] ?? 0);
}

/**
 * Reads the attributes from `start` on, up to the pixels (PS3.5 section 7). Values are not read, only found. What is in
 * the wild is read, too: items with implicit VRs in a file with explicit ones and the reverse, delimiters that have a
 * length, and sequences whose VR was lost (UN).
 *
 * @param isWanted Whether to read on after an element at the top level.
 */
export function parseDataSet(
  bytes: Uint8Array,
  start: number,
  encoding: Encoding,
  isWanted: (tag: number, dataset: DataSet) => boolean = () => true,
): ParsedDataSet {
  const source = { bytes };
  const elements = new Map<number, DataElement>();
  const dataset = { source, isBigEndian: encoding.isBigEndian, elements };
  const whole = { at: start, end: bytes.length, encoding, depth: 0, isOpen: false };
  try {
    const end = createParser(source).elements(elements, { ...whole, isWanted: (tag) => isWanted(tag, dataset) });
    return { dataset, end };
  } catch (error) {
    if (!(error instanceof DataSetFault)) throw error;
    return { dataset, end: bytes.length, fault: error };
  }
}

/** A stretch of bytes that holds elements. */
interface Stretch {
  readonly at: number;
  readonly end: number;
  readonly encoding: Encoding;
  readonly depth: number;
  /** Whether a delimiter ends it, and not `end`. */
  readonly isOpen: boolean;
  readonly isWanted?: (tag: number) => boolean;
}

function createParser(source: DataSet["source"]) {
  const { bytes } = source;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tagAt = (at: number, { isBigEndian }: Encoding) =>
    (view.getUint16(at, !isBigEndian) * 65536 + view.getUint16(at + 2, !isBigEndian)) >>> 0;
  const need = (at: number, count: number, end: number) => {
    if (at + count > end) throw new DataSetFault(`it ends at byte ${end}, within an element`, end === bytes.length);
  };

  /** The tag, VR and length of the element at `at`, and where its value begins. */
  function head(at: number, end: number, encoding: Encoding) {
    need(at, 8, end);
    const tag = tagAt(at, encoding);
    const vr = readVr(bytes, at + 4);
    // Delimiters have no VR. Some writers leave out the VR of a single element; its length has 32 bits then.
    const hasVr = encoding.isExplicit && tag < 0xfffe0000 && /^[A-Z]{2}$/.test(vr);
    if (!hasVr) return { tag, vr: "", length: view.getUint32(at + 4, !encoding.isBigEndian), offset: at + 8 };
    if (SHORT.has(vr)) return { tag, vr, length: view.getUint16(at + 6, !encoding.isBigEndian), offset: at + 8 };
    need(at, 12, end);
    return { tag, vr, length: view.getUint32(at + 8, !encoding.isBigEndian), offset: at + 12 };
  }

  /** Reads elements into a map; returns where the stretch ends. */
  function elements(into: Map<number, DataElement>, { at, end, encoding, depth, isOpen, isWanted }: Stretch): number {
    if (depth > DEEPEST) throw new DataSetFault(`its sequences are nested more than ${DEEPEST} deep`);
    while (at < end) {
      if (!isOpen && end - at < 8 && bytes.subarray(at, end).every((byte) => byte === 0)) return end;
      const { tag, vr, length, offset } = head(at, end, encoding);
      if (tag === ITEM_END && isOpen) return offset;
      // A sequence that ends within its last item, which nothing has ended.
      if (tag === SEQUENCE_END && isOpen) return at;
      if (tag === ITEM_END || tag === SEQUENCE_END) {
        at = offset;
        continue;
      }
      const isUndefinedLength = length === UNDEFINED;
      if (depth === 0 && tag === PIXEL_DATA) {
        const known = isUndefinedLength ? bytes.length - offset : length;
        into.set(tag, { offset, length: known, isUndefinedLength });
        return at;
      }
      const place = { offset, length, isUndefinedLength };
      const inside = { ...encoding, ...vr === "UN" && { isExplicit: false, isBigEndian: false } };
      if (isUndefinedLength) {
        const isPacked = tag === PIXEL_DATA || vr.startsWith("O");
        const found = isPacked ? fragmentsEnd(offset, end) : items(offset, end, inside, depth, true);
        at = typeof found === "number" ? found : found.end;
        into.set(tag, { ...place, length: at - offset, ...typeof found !== "number" && { items: found.items } });
      } else {
        need(offset, length, end);
        at = offset + length;
        into.set(tag, { ...place, ...nested(vr, offset, at, inside, depth) });
      }
      if (isWanted?.(tag) === false) return at;
    }
    if (isOpen) throw new DataSetFault("a sequence is not ended", end === bytes.length);
    return end;
  }

  /** The items of a value, if it is a sequence. Without a VR, or with UN, it is one if it begins like one. */
  function nested(vr: string, offset: number, end: number, encoding: Encoding, depth: number) {
    if (vr === "SQ") return { items: items(offset, end, encoding, depth, false).items };
    if (vr !== "" && vr !== "UN" || end - offset < 8 || tagAt(offset, encoding) !== ITEM) return {};
    try {
      return { items: items(offset, end, encoding, depth, false).items };
    } catch (error) {
      if (error instanceof DataSetFault) return {};
      throw error;
    }
  }

  function items(at: number, end: number, encoding: Encoding, depth: number, isOpen: boolean) {
    const found: DataSet[] = [];
    while (isOpen || at < end) {
      need(at, 8, end);
      const tag = tagAt(at, encoding);
      const length = view.getUint32(at + 4, !encoding.isBigEndian);
      at += 8;
      if (tag === SEQUENCE_END) return { items: found, end: at };
      if (tag === ITEM_END) continue;
      if (tag !== ITEM) throw new DataSetFault(`byte ${at - 8} is in a sequence, but begins no item`);
      const isItemOpen = length === UNDEFINED;
      if (!isItemOpen) need(at, length, end);
      const itemEnd = isItemOpen ? end : at + length;
      const own = itemEncoding(at, itemEnd, encoding);
      const elementsOf = new Map<number, DataElement>();
      at = elements(elementsOf, { at, end: itemEnd, encoding: own, depth: depth + 1, isOpen: isItemOpen });
      found.push({ source, isBigEndian: own.isBigEndian, elements: elementsOf });
    }
    return { items: found, end: at };
  }

  /** An item is written as the data set around it, unless its first element cannot be. */
  function itemEncoding(at: number, end: number, encoding: Encoding): Encoding {
    if (end - at < 8) return encoding;
    if (encoding.isExplicit) return { ...encoding, isExplicit: /^[A-Z]{2}$/.test(readVr(bytes, at + 4)) };
    const fits = view.getUint32(at + 4, !encoding.isBigEndian) <= end - at - 8;
    return { ...encoding, isExplicit: !fits && isVr(bytes, at + 4) };
  }

  function fragmentsEnd(at: number, end: number): number {
    while (true) {
      need(at, 8, end);
      const tag = tagAt(at, { isExplicit: true, isBigEndian: false });
      const length = view.getUint32(at + 4, true);
      at += 8;
      if (tag === SEQUENCE_END) return at;
      if (tag !== ITEM) throw new DataSetFault(`byte ${at - 8} is in packed data, but begins no item`);
      need(at, length, end);
      at += length;
    }
  }

  return { elements };
}

/** The pieces of packed pixels from `start` on, the table of offsets first (PS3.5 annex A.4). */
export function readFragments(
  bytes: Uint8Array,
  start: number,
): { readonly offset: number; readonly length: number }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: { offset: number; length: number }[] = [];
  // A file may lack the delimiter at its very end.
  for (let at = start; at + 8 <= bytes.length;) {
    const tag = (view.getUint16(at, true) * 65536 + view.getUint16(at + 2, true)) >>> 0;
    const length = view.getUint32(at + 4, true);
    at += 8;
    if (tag === SEQUENCE_END) return found;
    if (tag !== ITEM) throw new DataSetFault(`byte ${at - 8} is in packed pixels, but begins no piece of them`);
    if (at + length > bytes.length) throw new DataSetFault(`it ends at byte ${bytes.length}, within its packed pixels`);
    found.push({ offset: at, length });
    at += length;
  }
  return found;
}
