import { InputError } from "@ctsurv/common/mod.ts";

/** Bytes of one element of each type. */
const itemSizes = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
} as const;

/** An element type as the format names it. */
export type SafetensorsDType = keyof typeof itemSizes;

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

/** The header's longest allowed length, as in the reference implementation. */
const largestHeader = 100_000_000;

/**
 * Reads a safetensors file from memory, trusting nothing: every byte of data belongs to exactly one tensor, whose shape
 * and type account for it (the rules of the reference implementation, safetensors/src/tensor.rs).
 *
 * @param where The file's name, for messages.
 * @throws {InputError} If the file breaks a rule.
 */
export function decodeSafetensors(file: Uint8Array<ArrayBuffer>, where: string): Safetensors {
  const refuse = (why: string): never => {
    throw new InputError(`${where}: not a valid safetensors file: ${why}`);
  };
  if (file.length < 8) refuse(`${file.length} bytes are too few`);
  const declared = new DataView(file.buffer, file.byteOffset).getBigUint64(0, true);
  if (declared > BigInt(largestHeader)) refuse(`a header of ${declared} bytes is too long`);
  const start = 8 + Number(declared);
  if (start > file.length) refuse(`the header ends at byte ${start}, the file at ${file.length}`);
  const header = parseHeader(file.subarray(8, start), refuse);

  const metadata = new Map<string, string>();
  const ranges: { name: string; dtype: SafetensorsDType; shape: readonly number[]; begin: number; end: number }[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (!isRecord(value)) refuse(`"${name}" is no object`);
    const record = value as Record<string, unknown>;
    if (name === "__metadata__") {
      for (const [key, text] of Object.entries(record)) {
        if (typeof text !== "string") refuse(`the metadata "${key}" is no text`);
        metadata.set(key, text as string);
      }
      continue;
    }
    const { dtype, shape, data_offsets: offsets, ...others } = record;
    const extra = Object.keys(others)[0];
    if (extra !== undefined) refuse(`"${name}" has an unknown field "${extra}"`);
    if (typeof dtype !== "string" || !Object.hasOwn(itemSizes, dtype)) refuse(`"${name}" has the type ${dtype}`);
    if (!isWholeNumbers(shape)) refuse(`"${name}" has the shape ${JSON.stringify(shape)}`);
    if (!isWholeNumbers(offsets) || offsets.length !== 2) refuse(`"${name}" has the range ${JSON.stringify(offsets)}`);
    const [begin, end] = offsets as [number, number];
    const bytes = (shape as number[]).reduce((size, dim) => size * dim, itemSizes[dtype as SafetensorsDType]);
    if (bytes !== end - begin) {
      refuse(`"${name}" [${shape}] of ${dtype} takes ${bytes} bytes, its range ${end - begin}`);
    }
    ranges.push({ name, dtype: dtype as SafetensorsDType, shape: shape as number[], begin, end });
  }

  const tensors = new Map<string, SafetensorsEntry>();
  let next = 0;
  for (const { name, dtype, shape, begin, end } of ranges.sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== next) refuse(`"${name}" starts at byte ${begin} of the data, not at ${next}`);
    if (start + end > file.length) refuse(`"${name}" ends past the end of the file`);
    tensors.set(name, { dtype, shape, bytes: file.slice(start + begin, start + end) });
    next = end;
  }
  // A name that stands twice in the header leaves a gap here as well, since JSON.parse keeps only the last.
  if (start + next !== file.length) refuse(`${file.length - start - next} bytes belong to no tensor`);
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

function parseHeader(bytes: Uint8Array, refuse: (why: string) => never): Record<string, unknown> {
  let parsed: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    parsed = text.startsWith("{") ? JSON.parse(text) : undefined;
  } catch (error) {
    refuse(`its header cannot be read (${(error as Error).message})`);
  }
  return isRecord(parsed) ? parsed : refuse("its header is no JSON object");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isWholeNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
