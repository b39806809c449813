import { constants, gunzipSync } from "node:zlib";
import { readStartOfFile } from "./_start_of_file.ts";

/** Whether a file has these bytes at some place, written as text of one byte per letter. */
function has(bytes: Uint8Array, at: number, text: string): boolean {
  return [...text].every((letter, i) => bytes[at + i] === letter.charCodeAt(0));
}

const CONVERT = "Convert it to NIfTI or DICOM first";
const UNPACK = "Unpack it first, and give the folder";

/** Formats that are told by their first bytes, and what to do with them. */
const byContent: readonly (readonly [at: number, text: string, what: string])[] = [
  [0, "PK\x03\x04", `a zip archive. ${UNPACK}`],
  [0, "PK\x05\x06", "an empty zip archive"],
  [0, "Rar!", `a RAR archive. ${UNPACK}`],
  [0, "7z\xbc\xaf\x27\x1c", `a 7z archive. ${UNPACK}`],
  [257, "ustar", `a tar archive. ${UNPACK}`],
  [0, "BZh", "compressed with bzip2. Unpack it first"],
  [0, "\xfd7zXZ", "compressed with xz. Unpack it first"],
  [0, "\x28\xb5\x2f\xfd", "compressed with Zstandard. Unpack it first"],
  [0, "NRRD", `an NRRD image. ${CONVERT}, for example with 3D Slicer or SimpleITK`],
  [0, "ObjectType", `a MetaImage. ${CONVERT}, for example with 3D Slicer or SimpleITK`],
  [0, "NDims", `a MetaImage. ${CONVERT}, for example with 3D Slicer or SimpleITK`],
  [0, "\x89HDF", `an HDF5 file, such as MINC or NWB. ${CONVERT}, for example with mnc2nii`],
  [0, "CDF", `a NetCDF file, such as MINC. ${CONVERT}, for example with mnc2nii`],
  [0, "# vtk", `a VTK image. ${CONVERT}, for example with 3D Slicer`],
  [0, "MATLAB", `a MATLAB file. ${CONVERT}, for example with niftiwrite`],
  [0, "\x93NUMPY", `a NumPy array, which has no voxel size. ${CONVERT}, with its voxel size`],
  [0, "\x89PNG", "a PNG picture, which holds no HU. Export the scan as DICOM"],
  [0, "\xff\xd8\xff", "a JPEG picture, which holds no HU. Export the scan as DICOM"],
  [0, "GIF8", "a GIF picture, which holds no HU. Export the scan as DICOM"],
  [0, "BM", "a BMP picture, which holds no HU. Export the scan as DICOM"],
  [0, "II*\0", "a TIFF picture, which has no place in the patient. Export the scan as DICOM"],
  [0, "MM\0*", "a TIFF picture, which has no place in the patient. Export the scan as DICOM"],
  [0, "%PDF", "a PDF document"],
  [0, "version https://git-lfs", "a Git LFS pointer, not the file itself. Fetch that with git lfs pull"],
];

/** Formats that are told by their names only, or better so. */
const byName: readonly (readonly [name: RegExp, what: string])[] = [
  [/\.mg[hz]$/i, `an image in FreeSurfer's MGH format. ${CONVERT}, with mri_convert`],
  [/\.(nrrd|nhdr)(\.gz)?$/i, `an NRRD image. ${CONVERT}, for example with 3D Slicer or SimpleITK`],
  [/\.(mha|mhd|zraw)(\.gz)?$/i, `a MetaImage. ${CONVERT}, for example with 3D Slicer or SimpleITK`],
  [/\.mnc(\.gz)?$/i, `a MINC image. ${CONVERT}, for example with mnc2nii`],
  [/\.(hdr|img)(\.gz)?$/i, "one half of a .hdr/.img pair. Join them into one .nii first (nibabel, dcm2niix)"],
  [/\.(zip|tar|tgz|7z|rar)$/i, `an archive. ${UNPACK}`],
];

/** Files of macOS: what an AppleDouble file begins with. It holds the attributes of the file whose name follows "._". */
const APPLE_DOUBLE = "\x00\x05\x16\x07";

/**
 * What a file is that is no image this program reads, and what to do: "a zip archive. Unpack it first, …".
 *
 * @param start The file's first bytes, 300 or more if it has them.
 * @returns Undefined if it is nothing that is known here.
 */
export function describeOther(path: string, start: Uint8Array): string | undefined {
  if (has(start, 0, APPLE_DOUBLE)) {
    return "an AppleDouble file, which macOS writes beside a file of that name without ._; it holds no image";
  }
  if (start.length === 0) return "an empty file";
  const named = byName.find(([name]) => name.test(path))?.[1];
  if (start[0] === 0x1f && start[1] === 0x8b) return named ?? describeGzip(path, start);
  const content = byContent.find(([at, text]) => has(start, at, text))?.[2];
  return content ?? named ?? describeText(start);
}

/**
 * The same for a file on disk.
 *
 * @throws {InputError} If it does not exist or may not be read.
 */
export async function describeOtherFile(path: string): Promise<string | undefined> {
  return describeOther(path, (await readStartOfFile(path, 4096)).bytes);
}

function describeGzip(path: string, start: Uint8Array): string {
  const inside = unpackStart(start);
  if (!inside) return "a damaged gzip file. Copy it again";
  if (has(inside, 128, "DICM")) return "a gzipped DICOM file. Unpack it first, for example with gunzip";
  const what = describeOther(path.replace(/\.gz$/i, ""), inside);
  return what ? `gzipped, and inside it is ${what}` : "a gzip file. Unpack it first";
}

/** The first bytes of what was gzipped; undefined if they are damaged. */
export function unpackStart(start: Uint8Array): Uint8Array | undefined {
  try {
    return gunzipSync(start.subarray(0, 4096), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return undefined;
  }
}

function describeText(start: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(start.subarray(0, 300));
  if (/^\s*(<!doctype html|<html)/i.test(text)) return "a web page: what was downloaded is a message, not the file";
  if (text.includes("/annex/objects/")) {
    return "a git-annex pointer, not the file itself. Fetch that with git annex get";
  }
  return undefined;
}
