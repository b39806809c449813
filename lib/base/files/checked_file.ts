import { sha256 } from "../sha256.ts";
import { writeAtomic } from "./write_atomic.ts";

/** A cache entry: something small in JSON, and bytes. */
export interface CheckedContent<Header> {
  readonly header: Header;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/**
 * Writes a cache file: a checksum of all that follows, a line of JSON, then the payload.
 *
 * @param header Anything JSON can hold.
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

/** Reads what {@linkcode writeChecked} wrote; undefined if there is no such file, or it is not as it was written. */
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
  if (text(0, headerStart) !== `${sha256(file.subarray(headerStart))}\n`) return undefined;
  // A copy, so that the payload starts where any typed array may.
  return { header: JSON.parse(text(headerStart, payloadStart)), payload: file.slice(payloadStart) };
}
