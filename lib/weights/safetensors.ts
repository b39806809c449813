import { refuseAs } from "./refuse.ts";
import { headerLength, parseSafetensorsHeader, type SafetensorsDType } from "./safetensors_header.ts";

/** A tensor of a file, as bytes in little-endian C order. */
export interface SafetensorsEntry {
  readonly dtype: SafetensorsDType;
  readonly shape: readonly number[];
  /** Aligned for any typed array. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What a safetensors file holds. */
export interface Safetensors {
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
}

/**
 * Reads a safetensors file from memory, by the rules of {@linkcode parseSafetensorsHeader}.
 *
 * @param where The file's name, for messages.
 * @throws {InputError} If the file breaks a rule.
 */
export function decodeSafetensors(file: Uint8Array<ArrayBuffer>, where: string): Safetensors {
  const refuse = refuseAs(where, "safetensors");
  const start = 8 + headerLength(file.subarray(0, 8), file.length, refuse);
  const { metadata, ranges } = parseSafetensorsHeader(file.subarray(8, start), file.length - start, refuse);
  const tensors = new Map(
    ranges.map(({ name, dtype, shape, begin, end }) =>
      [name, { dtype, shape, bytes: file.slice(start + begin, start + end) }] as const
    ),
  );
  return { metadata, tensors };
}

/** A tensor to be written; float32 numbers. */
export interface Float32Entry {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A safetensors file of float32 tensors, in the order given. */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Float32Entry>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: "F32", shape, data_offsets: [end, end += data.byteLength] };
  }
  const json = JSON.stringify(header);
  // Padded with spaces so that the data, and with it every float, is aligned.
  const length = new TextEncoder().encode(json).length;
  const text = new TextEncoder().encode(json + " ".repeat((8 - length % 8) % 8));
  const file = new Uint8Array(8 + text.length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  let at = 8 + text.length;
  for (const { data } of tensors.values()) {
    file.set(new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}
