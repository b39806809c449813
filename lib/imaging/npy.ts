import { Buffer } from "node:buffer";
import { copyBytes, InputError, readInput, writeAtomic } from "@ctsurv/base/mod.ts";
import { swapBytes } from "./dicom/_pixels.ts";

/** NumPy's names of the element types, without the byte order. */
const types = {
  f2: Float16Array,
  f4: Float32Array,
  f8: Float64Array,
  i1: Int8Array,
  u1: Uint8Array,
  i2: Int16Array,
  u2: Uint16Array,
  i4: Int32Array,
  u4: Uint32Array,
  i8: BigInt64Array,
  u8: BigUint64Array,
} as const;

/** Elements of an `.npy` file. */
export type NpyData =
  | Float16Array
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** An array as NumPy saves it, in C order. */
export interface NpyArray {
  /** The elements in C order: the last index runs fastest. */
  readonly data: NpyData;
  /** Length of each axis; empty for a single number. */
  readonly shape: readonly number[];
}

const MAGIC = "\x93NUMPY";

/**
 * Reads an `.npy` file (formats 1 to 3) of floating-point numbers or integers in either byte order. The header is
 * parsed as text and never evaluated.
 *
 * @throws {InputError} If the file is not an `.npy` file, its array is in Fortran order or of another type, or its size
 *   contradicts its shape.
 *
 * @example
 * ```ts
 * import { readNpy, writeNpy } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".npy" });
 * await writeNpy(path, { data: Int16Array.of(-1000, 40, 60, 700), shape: [2, 2] });
 *
 * const { data, shape } = await readNpy(path);
 * assertEquals(shape, [2, 2]);
 * assertEquals(data, Int16Array.of(-1000, 40, 60, 700));
 * await Deno.remove(path);
 * ```
 */
export async function readNpy(path: string): Promise<NpyArray> {
  const file = await readInput(path);
  if (file.length < 12 || Buffer.from(file.subarray(0, 6)).toString("latin1") !== MAGIC) {
    throw new InputError(`${path}: not a NumPy .npy file`);
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const version = file[6]!;
  if (version < 1 || version > 3) throw new InputError(`${path}: .npy format ${version}; formats 1 to 3 are known`);
  const start = version === 1 ? 10 : 12;
  const offset = start + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (offset > file.length) throw new InputError(`${path}: cut off inside the .npy header`);
  const { descr, shape } = parseHeader(path, new TextDecoder().decode(file.subarray(start, offset)));

  const Type = types[descr.slice(1) as keyof typeof types];
  if (!Type || !"<>|=".includes(descr[0]!)) {
    throw new InputError(
      `${path}: elements of type ${JSON.stringify(descr)}; save it as float32 (array.astype("<f4"))`,
    );
  }
  const size = Type.BYTES_PER_ELEMENT;
  const count = shape.reduce((product, length) => product * length, 1);
  if (!Number.isSafeInteger(count) || offset + count * size !== file.length) {
    throw new InputError(
      `${path}: shape (${shape.join(", ")}) of ${descr} needs ${count * size} bytes, there are ${
        file.length - offset
      }. ` +
        "The file is cut off or damaged",
    );
  }
  const bytes = copyBytes(file, offset);
  if (descr[0] === ">") swapBytes(bytes, size);
  return { data: new Type(bytes.buffer), shape };
}

function parseHeader(path: string, header: string): { descr: string; shape: number[] } {
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  const shape = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(header)?.[1];
  if (descr === undefined || order === undefined || shape === undefined) {
    throw new InputError(`${path}: the .npy header cannot be read: ${JSON.stringify(header.slice(0, 200).trim())}`);
  }
  if (order === "True") {
    throw new InputError(`${path}: the array is in Fortran order; save numpy.ascontiguousarray(array) instead`);
  }
  return { descr, shape: shape.split(",").filter((length) => length.trim() !== "").map(Number) };
}

/**
 * Writes an array as `.npy`: format 1, little-endian, C order.
 *
 * @throws {RangeError} If `data` is not as long as `shape` says.
 *
 * @example
 * ```ts
 * import { writeNpy } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".npy" });
 * await writeNpy(path, { data: Float32Array.of(0.25, 0.5, 1), shape: [3] }); // numpy.load(path) gives float32
 *
 * assertEquals((await Deno.stat(path)).size, 128 + 3 * 4); // a header of 128 bytes, then the numbers
 * await Deno.remove(path);
 * ```
 */
export async function writeNpy(path: string, { data, shape }: NpyArray): Promise<void> {
  const count = shape.reduce((product, length) => product * length, 1);
  if (data.length !== count) throw new RangeError(`${data.length} elements do not make (${shape.join(", ")})`);
  const type = Object.entries(types).find(([, Type]) => data instanceof Type)![0];
  const order = data.BYTES_PER_ELEMENT === 1 ? "|" : "<";
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '${order}${type}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // Data starts at a multiple of 64 bytes, so that it can be mapped into memory.
  const padded = text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11) + "\n";
  const head = Buffer.from(`${MAGIC}\x01\x00\x00\x00${padded}`, "latin1");
  head.writeUInt16LE(padded.length, 8);
  await writeAtomic(path, Buffer.concat([head, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]));
}
