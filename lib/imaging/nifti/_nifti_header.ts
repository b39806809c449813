import { readHeader } from "nifti-reader-js";
import { Buffer } from "node:buffer";
import { InputError } from "@ctsurv/base/mod.ts";
import { doubt, noRemarks, type Remarks } from "../_remarks.ts";
import { affineFrom, flipLpsRas, type Vector } from "../volume/_affine.ts";
import type { Affine, Shape } from "../volume/volume.ts";
import type { NiftiForms } from "./_compare_forms.ts";

/** The voxel types that CT comes in, by NIfTI code. */
const types = {
  2: { name: "uint8", bytes: 1, array: Uint8Array },
  4: { name: "int16", bytes: 2, array: Int16Array },
  8: { name: "int32", bytes: 4, array: Int32Array },
  16: { name: "float32", bytes: 4, array: Float32Array },
  64: { name: "float64", bytes: 8, array: Float64Array },
  256: { name: "int8", bytes: 1, array: Int8Array },
  512: { name: "uint16", bytes: 2, array: Uint16Array },
  768: { name: "uint32", bytes: 4, array: Uint32Array },
  1024: { name: "int64", bytes: 8, array: BigInt64Array },
  1280: { name: "uint64", bytes: 8, array: BigUint64Array },
} as const;

/** Names of the other codes, for error messages. */
const refusedTypes: Readonly<Record<number, string>> = {
  1: "1-bit",
  32: "complex64",
  128: "RGB colour",
  1536: "float128",
  1792: "complex128",
  2048: "complex256",
  2304: "RGBA colour",
};

/** The part of a NIfTI header that is needed to read its voxels as HU. */
export interface NiftiHeader {
  readonly version: 1 | 2;
  readonly shape: Shape;
  readonly forms: NiftiForms;
  readonly type: typeof types[keyof typeof types];
  readonly littleEndian: boolean;
  /** Where the voxels begin, bytes. */
  readonly offset: number;
  /** HU = slope * stored + intercept. */
  readonly slope: number;
  readonly intercept: number;
  readonly remarks: Remarks;
}

/**
 * Reads a NIfTI-1 or NIfTI-2 header in either byte order. `nifti-reader-js` reads the fields. The affine and the
 * scaling are computed here, because that library gives NaN for a quaternion a little longer than 1 and zeros for a
 * NIfTI-2 without sform, and prefers the qform where nibabel, and therefore everyone, takes the sform.
 *
 * @param bytes At least the header; more does no harm.
 * @throws {InputError} If this is not a single-file NIfTI of one grey volume on a proper grid.
 */
export function readNiftiHeader(where: string, bytes: Uint8Array): NiftiHeader {
  const { version, size, littleEndian } = readMagic(where, bytes);
  // Without the bytes past it, the library leaves header extensions alone, on which it can be made to loop.
  const view = new DataView(Uint8Array.from(bytes.subarray(0, size)).buffer);
  const fields = readHeader(view.buffer);
  const type = types[fields.datatypeCode as keyof typeof types];
  if (!type) {
    throw new InputError(
      `${where}: voxels are ${refusedTypes[fields.datatypeCode] ?? `of unknown type ${fields.datatypeCode}`}. ` +
        "A CT has one number per voxel: int16, uint16, float32 and the like",
    );
  }
  const offset = fields.vox_offset;
  if (!Number.isInteger(offset) || offset < size) {
    throw new InputError(`${where}: voxels are said to begin at byte ${offset}, inside the header (vox_offset)`);
  }
  const remarks = noRemarks();
  const { slope, intercept } = readScaling(where, fields.scl_slope, fields.scl_inter);
  return {
    version,
    shape: readShape(where, fields.dims),
    forms: readForms(where, fields, view, { version, littleEndian }, remarks),
    type,
    littleEndian,
    offset,
    slope,
    intercept,
    remarks,
  };
}

function readMagic(where: string, bytes: Uint8Array): { version: 1 | 2; size: 348 | 540; littleEndian: boolean } {
  const truncated = () => new InputError(`${where}: cut off inside the NIfTI header, after ${bytes.length} bytes`);
  if (bytes.length < 4) throw truncated();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const littleEndian = [348, 540].includes(view.getInt32(0, true));
  const size = view.getInt32(0, littleEndian);
  if (size !== 348 && size !== 540) {
    throw new InputError(`${where}: not a NIfTI file (its first four bytes say ${size}, a NIfTI's 348 or 540)`);
  }
  if (bytes.length < size) throw truncated();
  const at = size === 348 ? 344 : 4;
  const magic = Buffer.from(bytes.subarray(at, at + 3)).toString("latin1");
  if (magic === "ni1" || magic === "ni2") {
    throw new InputError(`${where}: one half of a .hdr/.img pair. Join them into one .nii first (nibabel, dcm2niix)`);
  }
  const version = size === 348 ? 1 : 2;
  if (magic !== `n+${version}`) {
    throw new InputError(
      `${where}: not a NIfTI file (magic ${JSON.stringify(magic)}, expected "n+${version}"). ` +
        "If it is in the older Analyze format, convert it to NIfTI",
    );
  }
  return { version, size, littleEndian };
}

function readShape(where: string, dims: readonly number[]): Shape {
  const [count, ...sizes] = dims as [number, ...number[]];
  const used = sizes.slice(0, count);
  const text = used.join(" x ");
  if (count < 1 || count > 7) throw new InputError(`${where}: ${count} dimensions (dim[0]); a CT volume has 3`);
  if (used.some((size) => size < 1)) throw new InputError(`${where}: a dimension is empty or negative: ${text}`);
  if (count < 3) throw new InputError(`${where}: a flat image of ${text}; a CT volume has 3 dimensions`);
  if (used.slice(3).some((size) => size !== 1)) {
    throw new InputError(`${where}: ${text} is a series of volumes, not one. Split it and give one volume`);
  }
  return [used[2]!, used[1]!, used[0]!];
}

/** NIfTI: a slope of 0 means that nothing is scaled; nibabel writes NaN for the same. */
function readScaling(where: string, slope: number, intercept: number): { slope: number; intercept: number } {
  if (slope === 0 || !Number.isFinite(slope)) return { slope: 1, intercept: 0 };
  if (!Number.isFinite(intercept)) {
    throw new InputError(`${where}: scl_slope is ${slope} but scl_inter is ${intercept}`);
  }
  return { slope, intercept };
}

type Fields = ReturnType<typeof readHeader>;
type Layout = Pick<NiftiHeader, "version" | "littleEndian">;

/**
 * As in nibabel: the sform if its code is above 0, else the qform, else the voxel sizes with the origin at the centre.
 * The other form is read too, to compare.
 */
function readForms(where: string, fields: Fields, view: DataView, layout: Layout, remarks: Remarks): NiftiForms {
  const [dx, dy, dz] = [1, 2, 3].map((i) => fields.pixDims[i]!) as [number, number, number];
  const bad = [dx, dy, dz].findIndex((size) => !(size > 0 && size < Infinity));
  if (bad >= 0) {
    throw new InputError(
      `${where}: spacing is ${[dx, dy, dz].join(" x ")} mm (pixdim[${bad + 1}]); each must be above 0. ` +
        "Convert the scan again from its source",
    );
  }
  const unit = units[fields.xyzt_units & 7] ?? 1;
  if (unit !== 1) {
    remarks.warnings.push(`lengths are in ${unit === 1000 ? "metres" : "micrometres"}; they were converted to mm`);
  }
  const inLps = (rows: readonly number[]) =>
    flipLpsRas(rows.map((value, i) => i < 12 ? value * unit : value) as unknown as Affine);
  const [hasSform, hasQform] = [fields.sform_code > 0, fields.qform_code > 0];
  const pixdim = [dx * unit, dy * unit, dz * unit] as const;
  if (hasSform) {
    const other = hasQform ? isRotation(fields) ? inLps(readQform(where, fields)) : "no rotation" : undefined;
    return { taken: "sform", affine: inLps(readSform(view, layout)), other, pixdim };
  }
  const rows = hasQform ? readQform(where, fields) : centred(fields, remarks);
  return { taken: hasQform ? "qform" : "none", affine: inLps(rows), other: undefined, pixdim };
}

/** mm per unit of `xyzt_units`. */
const units: Readonly<Record<number, number>> = { 1: 1000, 3: 0.001 };

function readSform(view: DataView, { version, littleEndian }: Layout): readonly number[] {
  const at = (i: number) =>
    version === 1 ? view.getFloat32(280 + 4 * i, littleEndian) : view.getFloat64(400 + 8 * i, littleEndian);
  return [...Array.from({ length: 12 }, (_, i) => at(i)), 0, 0, 0, 1];
}

function isRotation({ quatern_b, quatern_c, quatern_d, qoffset_x, qoffset_y, qoffset_z }: Fields): boolean {
  return Math.hypot(quatern_b, quatern_c, quatern_d) < 1.01 && [qoffset_x, qoffset_y, qoffset_z].every(Number.isFinite);
}

/** nifti1.h "METHOD 2". */
function readQform(where: string, fields: Fields): Affine {
  let [b, c, d] = [fields.quatern_b, fields.quatern_c, fields.quatern_d];
  const length = Math.hypot(b, c, d);
  if (!isRotation(fields)) {
    throw new InputError(`${where}: the qform's quaternion (${b}, ${c}, ${d}) is longer than 1, so it is no rotation`);
  }
  // Rounding to float32 alone can leave this much of a half-turn, or take length beyond 1 (as nibabel has it).
  const isHalfTurn = 1 - length * length < 3 * 2 ** -23;
  if (isHalfTurn) [b, c, d] = [b / length, c / length, d / length];
  const a = isHalfTurn ? 0 : Math.sqrt(1 - length * length);
  const [, dx, dy, dz] = fields.pixDims as [number, number, number, number];
  const qfac = fields.pixDims[0]! < 0 ? -1 : 1;
  const x: Vector = [a * a + b * b - c * c - d * d, 2 * (b * c + a * d), 2 * (b * d - a * c)];
  const y: Vector = [2 * (b * c - a * d), a * a + c * c - b * b - d * d, 2 * (c * d + a * b)];
  const z: Vector = [2 * (b * d + a * c), 2 * (c * d - a * b), a * a + d * d - b * b - c * c];
  const times = (axis: Vector, size: number) => axis.map((value) => value * size) as unknown as Vector;
  return affineFrom(times(x, dx), times(y, dy), times(z, qfac * dz), [
    fields.qoffset_x,
    fields.qoffset_y,
    fields.qoffset_z,
  ]);
}

/** nibabel's choice if the header holds neither form: columns run to the patient's left, and 0 is in the middle. */
function centred(fields: Fields, remarks: Remarks): Affine {
  doubt(
    remarks,
    "the header says nothing of orientation (sform and qform codes are 0); columns are taken to run leftwards",
  );
  const [, dx, dy, dz] = fields.pixDims as [number, number, number, number];
  const [, nx, ny, nz] = fields.dims as [number, number, number, number];
  const origin: Vector = [dx * (nx - 1) / 2, -dy * (ny - 1) / 2, -dz * (nz - 1) / 2];
  return affineFrom([-dx, 0, 0], [0, dy, 0], [0, 0, dz], origin);
}
