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
  const take = (length: number) => {
    if (length > end - at) throw refuse("it breaks off in the middle");
    if (at + length > windowStart + window.length) {
      window = readBytes(source, at, Math.min(Math.max(length, windowSize), end - at));
      windowStart = at;
    }
    at += length;
    return window.subarray(at - length - windowStart, at - windowStart);
  };
  return { offset: () => at, byte: () => take(1)[0]!, take };
}
