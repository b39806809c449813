/** For each 16 bits: length of the code that they begin with, times 256, and its symbol; 0 where there is no code. */
export type HuffmanTable = Uint16Array;

/**
 * The codes of a JPEG Huffman table (ITU-T T.81 annex C): consecutive numbers, shorter codes first.
 *
 * @param counts Number of codes of 1, 2, … 16 bits.
 * @throws {Error} If there are more codes than numbers, or fewer symbols than codes.
 */
export function huffmanTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable {
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
  /** Goes on behind the next restart marker. */
  restart(): void;
}

/** @throws {Error} From its functions, where the bits end early or are none of the codes. */
export function bitReader(bytes: Uint8Array, start: number): BitReader {
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
