import { InputError, statInput } from "@ctsurv/base/mod.ts";
import type { Acquisition } from "./dicom/header.ts";
import { readDicom } from "./dicom/_read_dicom.ts";
import { readNifti } from "./nifti/_read_nifti.ts";
import { summariseHu } from "./volume/hu.ts";
import type { Volume } from "./volume/volume.ts";

export interface ReadVolumeOptions {
  /** SeriesInstanceUID to read where a folder holds several CT series. */
  readonly series?: string;
}

/** A volume, and where it came from. */
export interface VolumeReading {
  readonly volume: Volume;
  /** What was left out, assumed or looks odd, for people to read. */
  readonly warnings: readonly string[];
  readonly source: VolumeSource;
}

export interface VolumeSource {
  readonly kind: "dicom" | "nifti";
  /** The files that voxels were read from, for DICOM from the first slice to the last. */
  readonly files: readonly string[];
  /** DICOM's SeriesInstanceUID. */
  readonly series?: string;
  /** DICOM's FrameOfReferenceUID: what was drawn on this scan has the same. */
  readonly frameOfReference?: string;
  /** Of DICOM: the scanner, and how evenly the slices are spaced. */
  readonly acquisition?: Acquisition;
}

/**
 * Reads a CT as HU: a folder of DICOM files (with or without folders in it, with RTSTRUCT, SEG and localizers beside the
 * CT), one DICOM file, or a NIfTI file (`.nii`, `.nii.gz`). DICOM may be compressed (JPEG 2000, JPEG-LS, lossless JPEG,
 * RLE, deflated); the decoder is loaded when the first such file is met, and warnings tell of losses. Voxels stay in the
 * order they were stored in, slices sorted by position; see {@linkcode canonicalOrientation}. Nothing is repaired: what
 * cannot be trusted is refused.
 *
 * @throws {InputError} If the path does not exist, or what is there is no single, whole, regular CT volume.
 */
export async function readVolume(path: string, options: ReadVolumeOptions = {}): Promise<VolumeReading> {
  const kind = await detectKind(path);
  if (kind === "nifti") {
    const { volume, warnings } = await readNifti(path);
    return { volume, warnings: [...warnings, ...plausibility(volume)], source: { kind, files: [path] } };
  }
  const { volume, warnings, ...source } = await readDicom(path, options);
  return { volume, warnings: [...warnings, ...plausibility(volume)], source: { kind, ...source } };
}

async function detectKind(path: string): Promise<"dicom" | "nifti"> {
  if (await statInput(path) === "folder") return "dicom";
  if (/\.nii(\.gz)?$/i.test(path)) return "nifti";
  if (/\.(hdr|img)(\.gz)?$/i.test(path)) {
    throw new InputError(`${path}: one half of a .hdr/.img pair. Join them into one .nii first (nibabel, dcm2niix)`);
  }
  return "dicom";
}

/** CT holds air, below -200 HU; a file without any was probably saved without its intercept, or is no CT. */
function plausibility({ hu }: Volume): string[] {
  const { min } = summariseHu(hu);
  return min > -200 ? [`the lowest value is ${min}; CT in HU has air near -1000. Is the intercept missing?`] : [];
}
