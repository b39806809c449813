import { copyBytes, sizeOf } from "@ctsurv/base/mod.ts";
import { type ByteSource, readBytes, type Refuse, refuseAs } from "./_bytes.ts";
import { type CheckpointDType, contiguousStrides, itemSizes, type StoredContent } from "./stored_tensor.ts";

/** An element type as the safetensors format names it: `F32` is float32, `BF16` bfloat16, `BOOL` one byte. */
export type SafetensorsDType =
  | "F64"
  | "F32"
  | "F16"
  | "BF16"
  | "I64"
  | "I32"
  | "I16"
  | "I8"
  | "U64"
  | "U32"
  | "U16"
  | "U8"
  | "BOOL";

/** The types by the names of the format. */
const safetensorsDTypes = {
  F64: "float64",
  F32: "float32",
  F16: "float16",
  BF16: "bfloat16",
  I64: "int64",
  I32: "int32",
  I16: "int16",
  I8: "int8",
  U64: "uint64",
  U32: "uint32",
  U16: "uint16",
  U8: "uint8",
  BOOL: "bool",
} as const satisfies Record<SafetensorsDType, CheckpointDType>;

/** A tensor and the range of its bytes, counted from the end of the header. */
export interface SafetensorsRange {
  readonly name: string;
  readonly dtype: SafetensorsDType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** The content of a header. The ranges are in the order of the data. */
export interface SafetensorsHeader {
  readonly metadata: ReadonlyMap<string, string>;
  readonly ranges: readonly SafetensorsRange[];
}

/** Bytes of a header. The reference implementation allows ten times as many; the networks here have 40 kB. */
const LARGEST_HEADER = 10_000_000;

/** The length of the header from the eight bytes before it. */
function headerLength(prefix: Uint8Array<ArrayBuffer>, fileSize: number, refuse: Refuse): number {
  if (fileSize < 8) throw refuse(`${fileSize} bytes are too few`);
  const declared = new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true);
  if (declared > BigInt(LARGEST_HEADER)) throw refuse(`a header of ${declared} bytes is too long`);
  const end = 8 + Number(declared);
  if (end > fileSize) throw refuse(`the header ends at byte ${end}, the file at ${fileSize}`);
  return Number(declared);
}

/**
 * Reads a safetensors header and trusts nothing. Every byte of data must belong to exactly one tensor, and the size of
 * the tensor must follow from its shape and type: the rules of the reference implementation, safetensors/src/tensor.rs.
 *
 * @param dataSize Bytes of the file after the header.
 */
function parseSafetensorsHeader(bytes: Uint8Array, dataSize: number, refuse: Refuse): SafetensorsHeader {
  const { __metadata__: notes, ...tensors } = parseObject(bytes, refuse);
  const ranges = Object.entries(tensors)
    .map(([name, value]) => parseRange(name, value, refuse))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let next = 0;
  for (const { name, begin, end } of ranges) {
    if (begin !== next) throw refuse(`"${name}" starts at byte ${begin} of the data, not at ${next}`);
    if (end > dataSize) throw refuse(`"${name}" ends past the end of the file`);
    next = end;
  }
  if (next !== dataSize) throw refuse(`${dataSize - next} bytes belong to no tensor`);
  return { metadata: parseMetadata(notes, refuse), ranges };
}

function parseObject(bytes: Uint8Array, refuse: Refuse): Record<string, unknown> {
  let text = "";
  let parsed: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    parsed = text.startsWith("{") ? JSON.parse(text) : undefined;
  } catch (error) {
    throw refuse(`its header cannot be read (${(error as Error).message})`);
  }
  if (!isRecord(parsed)) throw refuse("its header is no JSON object");
  if (hasEqualKeys(text, parsed)) throw refuse("a name stands in its header twice, or a value is nested");
  return parsed;
}

/** JSON.parse keeps the last of two equal keys and drops the value of the first. */
function hasEqualKeys(text: string, parsed: Record<string, unknown>): boolean {
  let written = 0;
  for (const [, colon] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/g)) if (colon) written++;
  const kept = Object.values(parsed).reduce(
    (sum: number, value) => sum + (isRecord(value) ? Object.keys(value).length : 0),
    Object.keys(parsed).length,
  );
  return written > kept;
}

function parseMetadata(notes: unknown, refuse: Refuse): ReadonlyMap<string, string> {
  if (notes === undefined) return new Map();
  if (!isRecord(notes)) throw refuse("its metadata is no object");
  for (const [key, text] of Object.entries(notes)) {
    if (typeof text !== "string") throw refuse(`the metadata "${key}" is no text`);
  }
  return new Map(Object.entries(notes as Record<string, string>));
}

function parseRange(name: string, value: unknown, refuse: Refuse): SafetensorsRange {
  if (!isRecord(value)) throw refuse(`"${name}" is no object`);
  const { dtype, shape, data_offsets: offsets, ...others } = value;
  const extra = Object.keys(others)[0];
  if (extra !== undefined) throw refuse(`"${name}" has an unknown field "${extra}"`);
  if (!isDType(dtype)) throw refuse(`"${name}" has the type ${dtype}`);
  if (!isWholeNumbers(shape)) throw refuse(`"${name}" has the shape ${JSON.stringify(shape)}`);
  if (!isWholeNumbers(offsets) || offsets.length !== 2) {
    throw refuse(`"${name}" has the range ${JSON.stringify(offsets)}`);
  }
  const [begin, end] = offsets as [number, number];
  const bytes = sizeOf(shape) * itemSizes[safetensorsDTypes[dtype]];
  if (bytes !== end - begin) {
    throw refuse(`"${name}" [${shape}] of ${dtype} takes ${bytes} bytes, its range ${end - begin}`);
  }
  return { name, dtype, shape, begin, end };
}

function isDType(value: unknown): value is SafetensorsDType {
  return typeof value === "string" && Object.hasOwn(safetensorsDTypes, value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isWholeNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

/** The tensors of a safetensors file, from its header alone. */
export function readSafetensors(source: ByteSource, refuse: Refuse): StoredContent {
  const length = headerLength(readBytes(source, 0, Math.min(8, source.size)), source.size, refuse);
  const data = 8 + length;
  const { ranges } = parseSafetensorsHeader(readBytes(source, 8, length), source.size - data, refuse);
  const tensors = new Map(ranges.map(({ name, dtype, shape, begin, end }) => [name, {
    dtype: safetensorsDTypes[dtype],
    shape,
    strides: contiguousStrides(shape),
    offset: 0,
    storage: { start: data + begin, bytes: end - begin, bigEndian: false },
  }]));
  return { tensors, records: new Map() };
}

/** A tensor of a file, as bytes in little-endian C order. */
export interface SafetensorsEntry {
  /** The type of its numbers. */
  readonly dtype: SafetensorsDType;
  /** The size of each axis; [] for a scalar. */
  readonly shape: readonly number[];
  /** The numbers, from byte 0 of a buffer of their own: `new Float32Array(bytes.buffer)` for F32. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The content of a safetensors file. */
export interface Safetensors {
  /** The notes in its header, `__metadata__`; empty if there are none. */
  readonly metadata: ReadonlyMap<string, string>;
  /** The tensors by name, in the order of their data. */
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
}

/**
 * Reads a safetensors file from memory. Every byte of its data must belong to exactly one tensor, whose shape and type
 * account for it.
 *
 * @example A file that was cut off
 * ```ts
 * import { InputError } from "@ctsurv/ctsurv/base";
 * import { decodeSafetensors, encodeSafetensors } from "@ctsurv/ctsurv/weights";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const file = encodeSafetensors(new Map([["fc.bias", { shape: [2], data: Float32Array.of(0.5, -0.5) }]]));
 * assertEquals([...decodeSafetensors(file, "head.safetensors").tensors.keys()], ["fc.bias"]);
 * assertThrows(() => decodeSafetensors(file.slice(0, -1), "head.safetensors"), InputError, "past the end of the file");
 * ```
 *
 * @param where The name of the file, for messages.
 * @throws {InputError} If the file breaks a rule.
 */
export function decodeSafetensors(file: Uint8Array<ArrayBuffer>, where: string): Safetensors {
  const refuse = refuseAs(where, "safetensors");
  const start = 8 + headerLength(file.subarray(0, 8), file.length, refuse);
  const { metadata, ranges } = parseSafetensorsHeader(file.subarray(8, start), file.length - start, refuse);
  const tensors = new Map(
    ranges.map(({ name, dtype, shape, begin, end }) =>
      [name, { dtype, shape, bytes: copyBytes(file, start + begin, start + end) }] as const
    ),
  );
  return { metadata, tensors };
}

/** A tensor to be written, of float32 numbers. */
export interface Float32Entry {
  /** The size of each axis; its product is the count of numbers. */
  readonly shape: readonly number[];
  /** The numbers in C order. */
  readonly data: Float32Array;
}

/** A tensor to be written, of float16 numbers. */
export interface Float16Entry {
  /** The size of each axis; its product is the count of numbers. */
  readonly shape: readonly number[];
  /** The numbers in C order. */
  readonly data: Float16Array;
}

/**
 * Makes a safetensors file of float32 or float16 tensors, in the given order. The data are aligned to 8 bytes.
 *
 * @example
 * ```ts
 * import { decodeSafetensors, encodeSafetensors } from "@ctsurv/ctsurv/weights";
 * import { assertEquals } from "@std/assert";
 *
 * const weight = { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) };
 * const file = encodeSafetensors(new Map([["embedding.weight", weight]]), { trainedOn: "LUNG1" });
 *
 * const { tensors, metadata } = decodeSafetensors(file, "head.safetensors");
 * const { dtype, shape, bytes } = tensors.get("embedding.weight")!;
 * assertEquals([dtype, shape, metadata.get("trainedOn")], ["F32", [2, 3], "LUNG1"]);
 * assertEquals(new Float32Array(bytes.buffer), weight.data);
 * ```
 *
 * @param metadata Notes for the header, such as the origin of the weights.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Float32Entry | Float16Entry>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = {
      dtype: data instanceof Float32Array ? "F32" : "F16",
      shape,
      data_offsets: [end, end += data.byteLength],
    };
  }
  const json = JSON.stringify(header);
  // Padded with spaces, so that the data and with them every float are aligned.
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
