import { InputError, statInput } from "@ctsurv/base/mod.ts";
import { withHuRemarks } from "./_hu_remarks.ts";
import { readStartOfFile } from "./_start_of_file.ts";
import { readDicom } from "./dicom/_read_dicom.ts";
import type { Acquisition } from "./dicom/header.ts";
import { readNifti } from "./nifti/_read_nifti.ts";
import { describeOther, unpackStart } from "./other_formats.ts";
import type { Volume } from "./volume/volume.ts";

/** Options of {@linkcode readVolume}. */
export interface ReadVolumeOptions {
  /** SeriesInstanceUID of the series to read, for a folder that holds several CT series. */
  readonly series?: string;
}

/** A volume, and where it came from. */
export interface VolumeReading {
  /** HU and geometry; voxels in the order in which the files store them. */
  readonly volume: Volume;
  /** What was left out, what was assumed and what looks odd, as sentences for people. */
  readonly warnings: readonly string[];
  /**
   * Those of the warnings that question the voxels or their geometry. Quality control flags them.
   *
   * @default {none}
   */
  readonly doubts?: readonly string[];
  /** The files and, for DICOM, the identifiers and the scanner. */
  readonly source: VolumeSource;
}

/** Where a volume was read from. */
export interface VolumeSource {
  /** Format of the files. */
  readonly kind: "dicom" | "nifti";
  /** The files that voxels were read from; for DICOM, from the first slice to the last. */
  readonly files: readonly string[];
  /** DICOM's SeriesInstanceUID. */
  readonly series?: string;
  /** DICOM's FrameOfReferenceUID. Structures that were drawn on this scan have the same one. */
  readonly frameOfReference?: string;
  /** The scanner and the distances between slices; only for DICOM. */
  readonly acquisition?: Acquisition;
}

/**
 * Reads a CT as HU from a NIfTI file (`.nii`, `.nii.gz`), from one DICOM file, or from a folder of DICOM files. The
 * folder may have subfolders, and RTSTRUCT, SEG, localizers and other files may lie beside the CT; see
 * {@linkcode listImageFiles}. DICOM may be compressed (JPEG 2000, JPEG-LS, lossless JPEG, RLE, deflated), and written as
 * planning systems write it, without preamble or group 2. The decoder is loaded for the first compressed file, and a
 * warning reports lossy compression. Voxels stay in the order in which they are stored, with slices sorted by position;
 * see {@linkcode canonicalOrientation}. Nothing is repaired: data that cannot be trusted is refused, and what a file says
 * against itself is a doubt.
 *
 * @throws {InputError} If the path does not exist, or does not hold a single, complete and regular CT volume.
 *
 * @example
 * ```ts
 * import { readVolume, writeNifti } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".nii.gz" });
 * await writeNifti(path, {
 *   data: Int16Array.of(-1000, 40, -1000, 40), // air and tissue
 *   shape: [1, 2, 2],
 *   affine: [0.5, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1],
 * });
 *
 * const { volume, warnings } = await readVolume(path);
 * assertEquals(volume.hu, Int16Array.of(-1000, 40, -1000, 40));
 * assertEquals(volume.spacing, [3, 0.5, 0.5]); // mm
 * assertEquals(volume.orientation, "LPS");
 * assertEquals(warnings, []);
 * await Deno.remove(path);
 * ```
 */
export async function readVolume(path: string, options: ReadVolumeOptions = {}): Promise<VolumeReading> {
  const kind = await detectKind(path);
  if (kind === "nifti") {
    const { volume, ...remarks } = await readNifti(path);
    return { volume, ...withHuRemarks(volume, remarks), source: { kind, files: [path] } };
  }
  const { volume, warnings, doubts, ...source } = await readDicom(path, options);
  return { volume, ...withHuRemarks(volume, { warnings, doubts }), source: { kind, ...source } };
}

/** NIfTI is told by its bytes, zipped or not, and else by its name. Everything else has to be DICOM. */
async function detectKind(path: string): Promise<"dicom" | "nifti"> {
  if (await statInput(path) === "folder") return "dicom";
  const { bytes } = await readStartOfFile(path, 4096);
  const inside = bytes[0] === 0x1f && bytes[1] === 0x8b ? unpackStart(bytes) : bytes;
  const isHalf = /\.(hdr|img)(\.gz)?$/i.test(path);
  if (!isHalf && inside && isNifti(inside)) return "nifti";
  if (!/\.nii(\.gz)?$/i.test(path)) return "dicom";
  const other = inside?.length ? describeOther(path, bytes) : undefined;
  if (other !== undefined) throw new InputError(`${path}: not a NIfTI file, but ${other}`);
  return "nifti";
}

/** The header's size and magic, of version 1 or 2 and in either byte order. */
function isNifti(bytes: Uint8Array): boolean {
  const magic = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 3));
  return magic(344) === "n+1" || magic(4) === "n+2";
}
