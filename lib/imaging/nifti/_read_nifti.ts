import { promisify } from "node:util";
import { constants, gunzip, gunzipSync } from "node:zlib";
import { copyBytes, InputError, readInput } from "@ctsurv/base/mod.ts";
import { doubt, type Remarks } from "../_remarks.ts";
import { swapBytes } from "../dicom/_pixels.ts";
import { AIR, storeHu } from "../volume/hu.ts";
import { createVolume, type Volume } from "../volume/volume.ts";
import { compareForms } from "./_compare_forms.ts";
import { type NiftiHeader, readNiftiHeader } from "./_nifti_header.ts";

/** A file may hold this much padding beyond its voxels before it contradicts its header. */
const SLACK_BYTES = 65536;
/** The largest size that every array can hold; no scan comes near it. */
const MOST_BYTES = 2 ** 31 - 1;
/** Deflate cannot pack more tightly than this. */
const MAX_DEFLATE_RATIO = 1032;

/**
 * Reads a NIfTI file as HU, with the header's slope and intercept applied. The file may be gzipped; its first bytes
 * tell, not its name. It is never unpacked further than the header announces.
 *
 * @throws {InputError} If the file is damaged, cut off, or not one grey volume on a rectangular grid.
 */
export async function readNifti(path: string): Promise<Remarks & { readonly volume: Volume }> {
  const file = await readInput(path);
  const isGzip = file[0] === 0x1f && file[1] === 0x8b;
  const header = readNiftiHeader(path, isGzip ? unpackStart(path, file) : file);
  const voxels = header.shape.reduce((product, size) => product * size, 1);
  const needed = header.offset + voxels * header.type.bytes;
  const limit = isGzip ? file.length * MAX_DEFLATE_RATIO : file.length;
  if (needed > limit) throw truncated(path, header, isGzip ? `at most ${limit}` : `${limit}`, needed);
  if (needed > MOST_BYTES) throw new InputError(`${path}: unpacks to ${needed} bytes, more than any scan has (2 GiB)`);
  const bytes = isGzip ? await unpack(path, file, needed + SLACK_BYTES) : file;
  if (needed > bytes.length) throw truncated(path, header, `${bytes.length}`, needed);

  const { forms, shape, remarks } = header;
  const stored = readStored(bytes, header, voxels);
  const { slope, intercept } = header;
  let notNumbers = 0;
  const hu = storeHu(new Int16Array(voxels), 0, stored, (value) => {
    const scaled = slope * value + intercept;
    if (Number.isFinite(scaled)) return scaled;
    notNumbers++;
    return AIR;
  });
  if (notNumbers > 0) doubt(remarks, `${notNumbers} voxels are NaN or infinite; they were set to ${AIR} HU`);
  const volume = createVolume(path, hu, shape, forms.affine);
  compareForms(forms, shape, remarks);
  return { volume, ...remarks };
}

/**
 * Whether 0.1.0 took bytes of the header for voxels of this file: of what it unpacked it could not align or swap a copy.
 * A file that is no NIfTI is for its reader to refuse.
 */
export function wasMisread(path: string, file: Uint8Array): boolean {
  if (file[0] !== 0x1f || file[1] !== 0x8b) return false;
  try {
    const { littleEndian, offset, type } = readNiftiHeader(path, unpackStart(path, file));
    return !littleEndian || offset % type.bytes !== 0;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

function truncated(path: string, { shape, type }: NiftiHeader, has: string, needed: number): InputError {
  return new InputError(
    `${path}: cut off. ${shape.join(" x ")} voxels of ${type.name} need ${needed} bytes, the file has ${has}. ` +
      "Copy or convert it again",
  );
}

/** Enough of a gzipped file to read its header. */
function unpackStart(path: string, file: Uint8Array): Uint8Array {
  try {
    return gunzipSync(file.subarray(0, 4096), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (error) {
    throw damaged(path, error);
  }
}

async function unpack(path: string, file: Uint8Array, maxOutputLength: number): Promise<Uint8Array> {
  try {
    return await promisify<Uint8Array, { maxOutputLength: number }, Uint8Array>(gunzip)(file, { maxOutputLength });
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") {
      throw new InputError(
        `${path}: unpacks to more than the ${maxOutputLength - SLACK_BYTES} bytes that its header announces`,
      );
    }
    throw damaged(path, error);
  }
}

function damaged(path: string, error: unknown): InputError {
  return new InputError(`${path}: the gzip stream is damaged or cut off (${(error as Error).message}). Copy it again`);
}

/** The stored numbers, aligned and in this machine's byte order. */
function readStored(bytes: Uint8Array, { offset, type, littleEndian }: NiftiHeader, voxels: number): ArrayLike<number> {
  const start = bytes.byteOffset + offset;
  const isUsable = littleEndian && start % type.bytes === 0;
  const own = isUsable ? undefined : copyBytes(bytes, offset, offset + voxels * type.bytes);
  if (own && !littleEndian) swapBytes(own, type.bytes);
  const stored = new type.array((own ?? bytes).buffer as ArrayBuffer, own ? 0 : start, voxels);
  return stored instanceof BigInt64Array || stored instanceof BigUint64Array
    ? Float64Array.from(stored as Iterable<bigint>, Number)
    : stored;
}
