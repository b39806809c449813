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
} as const;

/** The type of a tensor's numbers in a checkpoint, as PyTorch and NumPy name it. */
export type CheckpointDType = keyof typeof itemSizes;

/** Numbers as they are read: 16-bit floats widened to float32, which changes none; everything else in its own type. */
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

/** The numbers of a buffer of one type in this machine's byte order (little-endian on all that Deno runs on). */
export const toNumbers: Readonly<Record<CheckpointDType, (buffer: ArrayBuffer) => CheckpointNumbers>> = {
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
