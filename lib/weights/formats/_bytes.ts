import { InputError } from "@ctsurv/base/mod.ts";

/** Bytes that are read piece by piece, so that a file of half a gigabyte is never in memory as a whole. */
export interface ByteSource {
  readonly size: number;
  /** Fills `target` from byte `offset` on. The caller has checked that there are enough bytes. */
  read(offset: number, target: Uint8Array): void;
  close(): void;
}

/**
 * A file, opened for reading.
 *
 * @throws {InputError} If there is no such file.
 */
export function openFileSource(path: string): ByteSource {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path);
  } catch (error) {
    throw new InputError(`Cannot read the weights ${path}: ${(error as Error).message}`);
  }
  const { size, isFile } = file.statSync();
  if (!isFile) {
    file.close();
    throw new InputError(`Cannot read the weights ${path}: it is not a file`);
  }
  return {
    size,
    read(offset, target) {
      file.seekSync(offset, Deno.SeekMode.Start);
      for (let filled = 0; filled < target.length;) {
        const count = file.readSync(target.subarray(filled));
        if (count === null) throw new InputError(`${path} became shorter while it was read; try again`);
        filled += count;
      }
    },
    close: () => file.close(),
  };
}

/** A file that is in memory already. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (offset, target) => target.set(bytes.subarray(offset, offset + target.length)),
    close() {},
  };
}

/** `length` bytes from `offset` on, as a copy that is aligned for any typed array. */
export function readBytes(source: ByteSource, offset: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  source.read(offset, bytes);
  return bytes;
}

/** Reads a stretch of a file from its beginning to its end. */
export interface ByteCursor {
  /** The place of the next byte in the file. */
  offset(): number;
  byte(): number;
  /** The next `length` bytes; valid until the next call. */
  take(length: number): Uint8Array<ArrayBuffer>;
}

/** Bytes that are read at a time. */
const WINDOW_SIZE = 65536;

/** A cursor over the bytes `start` to `end` of a file. Reading past the end is refused. */
export function byteCursor(source: ByteSource, start: number, end: number, refuse: Refuse): ByteCursor {
  let at = start;
  let window = new Uint8Array();
  let windowStart = start;
  /** Moves on by `length` bytes and returns where in the window they are. */
  const advance = (length: number): number => {
    if (length > end - at) throw refuse("it breaks off in the middle");
    if (at + length > windowStart + window.length) {
      window = readBytes(source, at, Math.min(Math.max(length, WINDOW_SIZE), end - at));
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

/** Makes the error for a file from a description of what is wrong. */
export type Refuse = (why: string) => InputError;

/** Refusals that name the file and its supposed format. */
export function refuseAs(where: string, kind: string): Refuse {
  return (why) => new InputError(`${where}: not a valid ${kind} file: ${why}`);
}
