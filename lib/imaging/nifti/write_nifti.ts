import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import { affineColumn, affineSpacing, angleBetween, cross, dot, flipLpsRas, unit } from "../volume/_affine.ts";
import type { Affine, Shape } from "../volume/volume.ts";

/** What {@linkcode writeNifti} writes: HU as int16 or float32, a mask as uint8. */
export interface NiftiContent {
  /** [slices, rows, columns] */
  readonly data: Int16Array | Uint8Array | Float32Array;
  /** Size of `data`; 1 to 32767 voxels along each axis. */
  readonly shape: Shape;
  /** (column, row, slice, 1) -> LPS mm. The file holds it as RAS, as NIfTI requires. */
  readonly affine: Affine;
}

/** Options of {@linkcode writeNifti}. */
export interface WriteNiftiOptions {
  /** zlib level for a `.gz` path, default 1: higher levels take far longer and hardly compress CT noise further. */
  readonly gzipLevel?: number;
  /** `scl_slope`, default 1: readers take `slope * data + intercept`, with 1 and -1024 for unsigned storage. */
  readonly slope?: number;
  /** `scl_inter`, default 0. */
  readonly intercept?: number;
}

const DATA_OFFSET = 352;
const SCANNER_COORDINATES = 1;
const MILLIMETRES = 2;

/**
 * Writes a NIfTI-1 file, gzipped if the path ends in `.gz`. The sform holds the affine. The qform holds it too, unless
 * the axes are not at right angles, which a quaternion cannot express. The same input gives the same bytes.
 *
 * @throws {RangeError} If `data` is not as long as `shape` says, or an axis is empty or too long for NIfTI-1.
 *
 * @example
 * ```ts
 * import { readVolume, writeNifti } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".nii.gz" });
 * await writeNifti(path, {
 *   data: Int16Array.of(24, 1064), // raised by 1024, as many converters store it
 *   shape: [1, 1, 2],
 *   affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1],
 * }, { intercept: -1024 });
 *
 * const { volume } = await readVolume(path);
 * assertEquals(volume.hu, Int16Array.of(-1000, 40));
 * await Deno.remove(path);
 * ```
 */
export async function writeNifti(path: string, content: NiftiContent, options: WriteNiftiOptions = {}): Promise<void> {
  const { data, shape } = content;
  const [slices, rows, columns] = shape;
  if (data.length !== slices * rows * columns) {
    throw new RangeError(`${data.length} voxels do not make a volume of ${shape.join(" x ")}`);
  }
  if (shape.some((size) => size < 1 || size > 32767)) {
    throw new RangeError(`NIfTI-1 axes hold 1 to 32767 voxels, not ${shape.join(" x ")}`);
  }
  const bytes = new Uint8Array(DATA_OFFSET + data.byteLength);
  writeHeader(new DataView(bytes.buffer), content, options);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), DATA_OFFSET);
  await writeAtomic(path, path.endsWith(".gz") ? await compress(bytes, { level: options.gzipLevel ?? 1 }) : bytes);
}

const compress = promisify<Uint8Array, { level: number }, Uint8Array>(gzip);

/** Fields at the offsets of nifti1.h, little-endian. */
function writeHeader(header: DataView, { data, shape, affine }: NiftiContent, options: WriteNiftiOptions): void {
  const [slices, rows, columns] = shape;
  const [datatype, bits] = data instanceof Uint8Array ? [2, 8] : data instanceof Int16Array ? [4, 16] : [16, 32];
  const ras = flipLpsRas(affine);
  const { qfac, quaternion } = quaternionOf(ras);
  const [dz, dy, dx] = affineSpacing(affine);
  header.setInt32(0, 348, true);
  [3, columns, rows, slices, 1, 1, 1, 1].forEach((size, i) => header.setInt16(40 + 2 * i, size, true));
  header.setInt16(70, datatype, true);
  header.setInt16(72, bits, true);
  [qfac, dx, dy, dz].forEach((size, i) => header.setFloat32(76 + 4 * i, size, true));
  header.setFloat32(108, DATA_OFFSET, true);
  header.setFloat32(112, options.slope ?? 1, true);
  header.setFloat32(116, options.intercept ?? 0, true);
  header.setUint8(123, MILLIMETRES);
  [..."ctsurv"].forEach((letter, i) => header.setUint8(148 + i, letter.charCodeAt(0)));
  header.setInt16(252, isOrthogonal(affine) ? SCANNER_COORDINATES : 0, true);
  header.setInt16(254, SCANNER_COORDINATES, true);
  [...quaternion, ras[3], ras[7], ras[11]].forEach((value, i) => header.setFloat32(256 + 4 * i, value, true));
  ras.slice(0, 12).forEach((value, i) => header.setFloat32(280 + 4 * i, value, true));
  [..."n+1"].forEach((letter, i) => header.setUint8(344 + i, letter.charCodeAt(0)));
}

function isOrthogonal(affine: Affine): boolean {
  const pairs = [[0, 1], [0, 2], [1, 2]] as const;
  return pairs.every(([a, b]) => Math.abs(90 - angleBetween(affineColumn(affine, a), affineColumn(affine, b))) < 0.01);
}

/**
 * The quaternion (b, c, d) of the affine's rotation, after nifti1.h "METHOD 2". A left-handed grid is made right-handed
 * by reversing its third axis, which qfac = -1 records.
 */
function quaternionOf(affine: Affine): { qfac: 1 | -1; quaternion: readonly [number, number, number] } {
  const x = unit(affineColumn(affine, 0));
  const y = unit(affineColumn(affine, 1));
  const third = unit(affineColumn(affine, 2));
  const qfac = dot(cross(x, y), third) < 0 ? -1 : 1;
  const z = third.map((value) => value * qfac) as [number, number, number];
  // Divide by the largest of a, b, c, d, so that none is lost to rounding where another is near zero.
  const squares = [
    1 + x[0] + y[1] + z[2],
    1 + x[0] - y[1] - z[2],
    1 - x[0] + y[1] - z[2],
    1 - x[0] - y[1] + z[2],
  ] as const;
  const largest = squares.indexOf(Math.max(...squares));
  const four = 2 * Math.sqrt(squares[largest]!);
  const [bc, bd, cd] = [(y[0] + x[1]) / four, (z[0] + x[2]) / four, (z[1] + y[2]) / four];
  const [ab, ac, ad] = [(y[2] - z[1]) / four, (z[0] - x[2]) / four, (x[1] - y[0]) / four];
  const candidates = [[four / 4, ab, ac, ad], [ab, four / 4, bc, bd], [ac, bc, four / 4, cd], [ad, bd, cd, four / 4]];
  const [a, b, c, d] = candidates[largest] as [number, number, number, number];
  const sign = a < 0 ? -1 : 1;
  return { qfac, quaternion: [sign * b, sign * c, sign * d] };
}
