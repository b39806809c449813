import { type ByteSource, readBytes } from "./byte_source.ts";
import type { Refuse } from "./refuse.ts";

/** Reads a stretch of a file from its beginning to its end. */
export interface ByteCursor {
  /** Where in the file the next byte is. */
  offset(): number;
  byte(): number;
  /** The next `length` bytes; valid until the next call. */
  take(length: number): Uint8Array<ArrayBuffer>;
}

/** Bytes that are read at a time. */
const windowSize = 65536;

/** A cursor over the bytes `start` to `end` of a file. Reading past the end is refused. */
export function byteCursor(source: ByteSource, start: number, end: number, refuse: Refuse): ByteCursor {
  let at = start;
  let window = new Uint8Array();
  let windowStart = start;
  /** Moves on by `length` bytes and returns where in the window they are. */
  const advance = (length: number): number => {
    if (length > end - at) throw refuse("it breaks off in the middle");
    if (at + length > windowStart + window.length) {
      window = readBytes(source, at, Math.min(Math.max(length, windowSize), end - at));
      windowStart = at;
    }
    at += length;
    return at - length - windowStart;
  };
  return {
    offset: () => at,
    byte() {
      const from = advance(1);
      return window[from]!;
    },
    take(length) {
      const from = advance(length);
      return window.subarray(from, from + length);
    },
  };
}
