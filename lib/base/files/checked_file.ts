import { copyBytes } from "../bytes.ts";
import { sha256 } from "../sha256.ts";
import { writeAtomic } from "./write_atomic.ts";

/** A cache entry: something small in JSON, and bytes. */
export interface CheckedContent<Header> {
  /** As JSON gives it back; whether it is a `Header` is not checked. */
  readonly header: Header;
  /** A copy that starts at byte 0 of its buffer, so that it can become any typed array. */
  readonly payload: Uint8Array<ArrayBuffer>;
}

/**
 * Writes a cache file: a line with the SHA-256 of everything after it, a line of JSON, then the payload.
 *
 * @param header Anything that JSON can hold.
 * @throws {DiskFullError} If the disk is full.
 */
export async function writeChecked(path: string, header: unknown, payload: ArrayBufferView): Promise<void> {
  const bytes = new Uint8Array(payload.buffer as ArrayBuffer, payload.byteOffset, payload.byteLength);
  const line = `${JSON.stringify(header)}\n`;
  const head = new TextEncoder().encode(`${sha256(line, bytes)}\n${line}`);
  const file = new Uint8Array(head.length + bytes.length);
  file.set(head);
  file.set(bytes, head.length);
  await writeAtomic(path, file);
}

/**
 * Reads a file that {@linkcode writeChecked} wrote. Gives undefined if there is no such file. It also does if the file has
 * changed since it was written, and says so on stderr: whoever asked then makes it again.
 *
 * @example Features of two slices, cached and read again
 * ```ts
 * import { readChecked, writeChecked } from "@ctsurv/ctsurv/base";
 * import { assertEquals } from "@std/assert";
 *
 * const path = `${await Deno.makeTempDir()}/features.bin`;
 * await writeChecked(path, { shape: [2, 3] }, Float32Array.of(1, 2, 3, 4, 5, 6));
 *
 * const cached = await readChecked<{ shape: number[] }>(path);
 * assertEquals(cached?.header.shape, [2, 3]);
 * assertEquals([...new Float32Array(cached!.payload.buffer)], [1, 2, 3, 4, 5, 6]);
 *
 * await Deno.writeTextFile(path, "damaged", { append: true });
 * assertEquals(await readChecked(path), undefined);
 * ```
 */
export async function readChecked<Header>(path: string): Promise<CheckedContent<Header> | undefined> {
  let file: Uint8Array<ArrayBuffer>;
  try {
    file = await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const line = (from: number) => file.indexOf(0x0a, from) + 1;
  const headerStart = line(0);
  const payloadStart = line(headerStart);
  const text = (from: number, to: number) => new TextDecoder().decode(file.subarray(from, to));
  if (text(0, headerStart) !== `${sha256(file.subarray(headerStart))}\n`) {
    console.error(`${path} is damaged, so that it is not used: what it held is computed again`);
    return undefined;
  }
  // A copy, so that the payload starts where any typed array may.
  return { header: JSON.parse(text(headerStart, payloadStart)), payload: copyBytes(file, payloadStart) };
}
