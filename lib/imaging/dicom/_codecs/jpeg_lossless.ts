import { checkFrame, type FrameDecoder, type FrameHeader } from "./unpack_frame.ts";

/** For each 16 bits: length of the code that they begin with, times 256, and its symbol; 0 where there is no code. */
export type HuffmanTable = Uint16Array;

/**
 * The codes of a JPEG Huffman table (ITU-T T.81 annex C): consecutive numbers, shorter codes first.
 *
 * @param counts Number of codes of 1, 2, … 16 bits.
 * @throws {Error} If there are more codes than numbers, or fewer symbols than codes.
 */
function huffmanTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable {
  const table = new Uint16Array(65536);
  let next = 0;
  let code = 0;
  counts.forEach((count, i) => {
    const reach = 2 ** (15 - i);
    for (let k = 0; k < count; k++, next++, code += reach) {
      if (code + reach > table.length || next >= symbols.length) throw new Error("its Huffman table makes no sense");
      table.fill((i + 1) * 256 + symbols[next]!, code, code + reach);
    }
  });
  return table;
}

/** Reads entropy-coded bits, most significant first. */
export interface BitReader {
  /** The next symbol. */
  symbol(table: HuffmanTable): number;
  /** The next 1 to 16 bits as a number. */
  take(count: number): number;
  /** Continues after the next restart marker. */
  restart(): void;
}

/** @throws {Error} From its functions, where the bits end early or are none of the codes. */
function bitReader(bytes: Uint8Array, start: number): BitReader {
  let at = start;
  /** Bits read ahead, of which the lowest `held` count. */
  let ahead = 0;
  let held = 0;
  /** How many of them are zeros from beyond the end. */
  let borrowed = 0;

  const fill = () => {
    while (held <= 16) {
      const byte = bytes[at];
      const isEnd = byte === undefined || byte === 0xff && bytes[at + 1] !== 0;
      // A byte of 255 is followed by a 0, to tell it from a marker.
      if (!isEnd) at += byte === 0xff ? 2 : 1;
      else borrowed += 8;
      ahead = (ahead << 8 | (isEnd ? 0 : byte)) & 0xffffff;
      held += 8;
    }
  };
  const drop = (count: number) => {
    held -= count;
    if (held < borrowed) throw new Error("it ends early");
  };
  const peek = () => {
    fill();
    return ahead >> (held - 16) & 0xffff;
  };
  return {
    symbol(table) {
      const entry = table[peek()]!;
      if (entry === 0) throw new Error("it has bits that are no code");
      drop(entry >> 8);
      return entry & 255;
    },
    take(count) {
      const value = peek() >> (16 - count);
      drop(count);
      return value;
    },
    restart() {
      const marker = bytes[at + 1] ?? 0;
      if (bytes[at] !== 0xff || marker < 0xd0 || marker > 0xd7) throw new Error("a restart marker is missing");
      at += 2;
      [ahead, held, borrowed] = [0, 0, 0];
    },
  };
}

/**
 * Finds the frame header of a JPEG or JPEG-LS stream (ITU-T T.81 B.2.2).
 *
 * @param startOfFrame Second byte of its marker, which says which process was used.
 * @throws {Error} If the stream does not begin like one, or has no such header.
 */
export function readJpegHeader(packed: Uint8Array, startOfFrame: number): FrameHeader {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  let at = packed[0] === 0xff && packed[1] === 0xd8 ? 2 : Infinity;
  while (at + 10 <= packed.length && packed[at] === 0xff) {
    if (packed[at + 1] === startOfFrame) {
      return {
        bits: packed[at + 4]!,
        rows: view.getUint16(at + 5),
        columns: view.getUint16(at + 7),
        components: packed[at + 9]!,
      };
    }
    at += 2 + view.getUint16(at + 2);
  }
  throw new Error("it does not begin as JPEG of its kind does");
}

/** Start of frame of the lossless process (ITU-T T.81 B.1.1.3), and the other markers that matter here. */
const [SOF3, DHT, DRI, SOS] = [0xc3, 0xc4, 0xdd, 0xda];

/** What precedes the coded samples. */
interface Scan {
  readonly table: HuffmanTable;
  /** 1 to 7 (T.81 table H.1). */
  readonly predictor: number;
  /** Low bits that were cut off. */
  readonly pointTransform: number;
  /** Samples between restart markers; 0 for none. */
  readonly restartInterval: number;
  /** Where the coded samples begin. */
  readonly start: number;
}

/**
 * Unpacks lossless JPEG, process 14 with any predictor (ITU-T T.81 annex H). It is written here because the available
 * package, jpeg-lossless-decoder-js 2.1.2, loses the last pixel of some frames.
 */
export const decodeJpegLossless: FrameDecoder = (packed, shape) => {
  const header = readJpegHeader(packed, SOF3);
  checkFrame(header, shape);
  const { rows, columns, bytesPerPixel } = shape;
  const scan = readScan(packed);
  const { pointTransform, restartInterval } = scan;
  if (restartInterval % columns !== 0) throw new Error("it restarts within a row");
  const bits = bitReader(packed, scan.start);
  const samples = new Uint16Array(rows * columns);
  const restartRows = restartInterval / columns;
  for (let row = 0; row < rows; row++) {
    const isFirst = restartRows > 0 ? row % restartRows === 0 : row === 0;
    if (isFirst && row > 0) bits.restart();
    decodeRow(
      samples,
      row * columns,
      columns,
      isFirst ? 2 ** (header.bits - pointTransform - 1) : undefined,
      scan,
      bits,
    );
  }
  if (pointTransform > 0) samples.forEach((value, i) => samples[i] = value << pointTransform);
  return bytesPerPixel === 1 ? Uint8Array.from(samples) : new Uint8Array(samples.buffer);
};

/** @param first Prediction for the first sample, in a row that depends on none above it. */
function decodeRow(
  samples: Uint16Array,
  start: number,
  columns: number,
  first: number | undefined,
  { table, predictor }: Scan,
  bits: BitReader,
): void {
  for (let i = start; i < start + columns; i++) {
    const left = samples[i - 1]!;
    const above = samples[i - columns]!;
    const prediction = i === start
      ? first ?? above
      : first !== undefined
      ? left
      : predict(predictor, left, above, samples[i - columns - 1]!);
    // Modulo 2^16, which the array sees to.
    samples[i] = prediction + readDifference(table, bits);
  }
}

/** T.81 table H.1. */
function predict(predictor: number, left: number, above: number, diagonal: number): number {
  switch (predictor) {
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return diagonal;
    case 4:
      return left + above - diagonal;
    case 5:
      return left + ((above - diagonal) >> 1);
    case 6:
      return above + ((left - diagonal) >> 1);
    default:
      return (left + above) >> 1;
  }
}

/** T.81 H.1.2.2: the number of bits, then the bits, of which those with a leading 0 are negative. */
function readDifference(table: HuffmanTable, bits: BitReader): number {
  const size = bits.symbol(table);
  if (size === 0) return 0;
  if (size === 16) return 32768;
  if (size > 16) throw new Error("it has differences of more than 16 bits");
  const value = bits.take(size);
  return value < 2 ** (size - 1) ? value - 2 ** size + 1 : value;
}

/** Reads the marker segments up to the coded samples (T.81 B.2). */
function readScan(packed: Uint8Array): Scan {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const tables = new Map<number, HuffmanTable>();
  let restartInterval = 0;
  for (let at = 2; at + 4 <= packed.length && packed[at] === 0xff;) {
    const [marker, length] = [packed[at + 1]!, view.getUint16(at + 2)];
    const segment = packed.subarray(at + 4, at + 2 + length);
    at += 2 + length;
    if (marker === DHT) readTables(segment, tables);
    if (marker === DRI) restartInterval = segment[0]! * 256 + segment[1]!;
    if (marker === SOS) {
      const [components, , tableIds, predictor, , transform] = segment;
      const table = tables.get(tableIds! >> 4);
      if (components !== 1 || !table || predictor! < 1 || predictor! > 7) throw new Error("its scan makes no sense");
      return { table, predictor: predictor!, pointTransform: transform! & 15, restartInterval, start: at };
    }
  }
  throw new Error("it ends before its scan");
}

/** One or more Huffman tables: an identifier, how many codes there are of each length, the symbols. */
function readTables(segment: Uint8Array, tables: Map<number, HuffmanTable>): void {
  for (let at = 0; at + 17 <= segment.length;) {
    const counts = segment.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    tables.set(segment[at]! & 15, huffmanTable(counts, segment.subarray(at + 17, at + 17 + total)));
    at += 17 + total;
  }
}
