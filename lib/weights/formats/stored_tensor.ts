import { crc32 } from "node:zlib";
import { sizeOf } from "@ctsurv/base/mod.ts";
import { type ByteSource, readBytes, type Refuse } from "./_bytes.ts";

/** The type of the numbers of a tensor in a checkpoint, as PyTorch and NumPy name it. */
export type CheckpointDType =
  | "float64"
  | "float32"
  | "float16"
  | "bfloat16"
  | "int64"
  | "int32"
  | "int16"
  | "int8"
  | "uint64"
  | "uint32"
  | "uint16"
  | "uint8"
  | "bool";

/** Bytes of one element of each type. */
export const itemSizes = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint64: 8,
  uint32: 4,
  uint16: 2,
  uint8: 1,
  bool: 1,
} as const satisfies Record<CheckpointDType, number>;

/** Numbers as they are read. 16-bit floats become float32, which holds them exactly; all others keep their type. */
export type CheckpointNumbers =
  | Float64Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | BigUint64Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>;

/** The numbers in a buffer, in the byte order of this machine (little-endian on every platform of Deno). */
const toNumbers: Readonly<Record<CheckpointDType, (buffer: ArrayBuffer) => CheckpointNumbers>> = {
  float64: (buffer) => new Float64Array(buffer),
  float32: (buffer) => new Float32Array(buffer),
  float16: (buffer) => new Float32Array(new Float16Array(buffer)),
  bfloat16: (buffer) => widenBfloat16(new Uint16Array(buffer)),
  int64: (buffer) => new BigInt64Array(buffer),
  int32: (buffer) => new Int32Array(buffer),
  int16: (buffer) => new Int16Array(buffer),
  int8: (buffer) => new Int8Array(buffer),
  uint64: (buffer) => new BigUint64Array(buffer),
  uint32: (buffer) => new Uint32Array(buffer),
  uint16: (buffer) => new Uint16Array(buffer),
  uint8: (buffer) => new Uint8Array(buffer),
  bool: (buffer) => new Uint8Array(buffer),
};

/** A bfloat16 is the upper half of a float32. */
function widenBfloat16(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const words = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) words[i] = halves[i]! << 16;
  return new Float32Array(words.buffer);
}

/** Consecutive numbers of one type in a file. Several tensors may be views of them. */
export interface Storage {
  /** The byte of the file at which it starts. */
  readonly start: number;
  readonly bytes: number;
  readonly bigEndian: boolean;
  /** The CRC-32 of its bytes, if the file has one. */
  readonly crc?: number;
}

/** How a tensor lies in its storage. `offset` and `strides` count elements. */
export interface TensorView {
  readonly dtype: CheckpointDType;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** A tensor and where its numbers are. */
export interface StoredTensor extends TensorView {
  readonly storage: Storage;
}

/** The content of a file, as places of bytes. */
export interface StoredContent {
  /** The tensors by name. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Parts of the file that have checksums, by name; none for most formats. */
  readonly records: ReadonlyMap<string, Storage>;
}

/** The strides of C order. */
export function contiguousStrides(shape: readonly number[]): readonly number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}

/** Elements of the storage from the tensor's first number to its last, both included. */
export function spanOf({ shape, strides }: TensorView): number {
  return sizeOf(shape) === 0 ? 0 : shape.reduce((last, dim, axis) => last + (dim - 1) * strides[axis]!, 1);
}

/** Reads a tensor into an array of its own, in C order. */
export function readStored(source: ByteSource, tensor: StoredTensor): CheckpointNumbers {
  const { dtype, storage, offset, shape } = tensor;
  const itemSize = itemSizes[dtype];
  const bytes = readBytes(source, storage.start + offset * itemSize, spanOf(tensor) * itemSize);
  if (storage.bigEndian) swapItems(bytes, itemSize);
  return toNumbers[dtype](isContiguous(tensor) ? bytes.buffer : gather(bytes, tensor, sizeOf(shape)));
}

/** Refuses a storage whose CRC-32 differs from the one in the file. Reads a piece at a time. */
export function checkCrc(source: ByteSource, { start, bytes, crc }: Storage, name: string, refuse: Refuse): void {
  if (crc === undefined) return;
  const piece = new Uint8Array(Math.min(bytes, 1 << 20));
  let found = 0;
  for (let done = 0; done < bytes; done += piece.length) {
    const part = piece.subarray(0, Math.min(piece.length, bytes - done));
    source.read(start + done, part);
    found = crc32(part, found);
  }
  if (found !== crc) throw refuse(`"${name}" is damaged: its checksum does not match. Copy or download the file again`);
}

function isContiguous({ shape, strides }: TensorView): boolean {
  const wanted = contiguousStrides(shape);
  return sizeOf(shape) === 0 || shape.every((dim, axis) => dim === 1 || strides[axis] === wanted[axis]);
}

function swapItems(bytes: Uint8Array, itemSize: number): void {
  for (let at = 0; at < bytes.length; at += itemSize) bytes.subarray(at, at + itemSize).reverse();
}

/** The numbers of a view of `bytes`, one after the other. */
function gather(bytes: Uint8Array<ArrayBuffer>, { dtype, shape, strides }: TensorView, size: number): ArrayBuffer {
  const words = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array, 8: BigUint64Array }[itemSizes[dtype]];
  const from = new words(bytes.buffer);
  const to = new words(size);
  const index = shape.map(() => 0);
  let at = 0;
  for (let i = 0; i < size; i++) {
    to[i] = from[at]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      at -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return to.buffer;
}
