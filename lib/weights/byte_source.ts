import { InputError } from "@ctsurv/common/mod.ts";

/** Bytes that are read where they lie, so that a file of half a gigabyte is never in memory as a whole. */
export interface ByteSource {
  readonly size: number;
  /** Fills `target` from byte `offset` on; the caller has checked that so many bytes are there. */
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

/** `length` bytes from `offset` on, as a copy aligned for any typed array. */
export function readBytes(source: ByteSource, offset: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  source.read(offset, bytes);
  return bytes;
}
