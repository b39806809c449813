import { InputError } from "@ctsurv/base/mod.ts";
import type { ScannedSeries } from "./scan_images.ts";

/** If a patient has several CT series, the only one with at least this many slices is the scan, as for `readVolume`. */
const FEWEST_SLICES = 10;

/** A patient's CT: a DICOM series, or the path of a NIfTI file, relative to the scanned folder. */
export type ChosenScan =
  | { readonly kind: "dicom"; readonly series: ScannedSeries }
  | { readonly kind: "nifti"; readonly path: string };

/** The scan that was chosen, or why there is none. `aside` are the UIDs of short series that were passed over. */
export type ScanChoice =
  | { readonly scan: ChosenScan; readonly aside: readonly string[] }
  | { readonly leftOut: string };

/** The images that were found for one patient. */
export interface PatientImages {
  /** CT series. */
  readonly ct: readonly ScannedSeries[];
  /** Paths of NIfTI files. */
  readonly nifti: readonly string[];
}

/**
 * Chooses the scan among a patient's images: the only CT series, or the only one with at least 10 slices, or the only
 * NIfTI file. ImageType does not count: planning systems write ORIGINAL\SECONDARY on scans of LUNG1.
 *
 * @param wanted SeriesInstanceUID, or path of a NIfTI file, that the user chose.
 * @returns Undefined if there are no images at all.
 * @throws {InputError} If there is no such series or file as `wanted`.
 */
export function chooseScan(
  patient: string,
  { ct, nifti }: PatientImages,
  wanted?: string,
): ScanChoice | undefined {
  if (wanted !== undefined) return named(patient, { ct, nifti }, wanted);
  if (ct.length + nifti.length === 0) return undefined;
  const long = ct.filter((series) => countSlices(series) >= FEWEST_SLICES);
  const candidates = ct.length === 1 ? ct : long;
  const files = preferred(patient, nifti);
  if (candidates.length === 1 && nifti.length === 0) {
    const aside = ct.filter((series) => series !== candidates[0]).map(({ uid }) => uid);
    return { scan: { kind: "dicom", series: candidates[0]! }, aside };
  }
  if (ct.length === 0 && files.length === 1) return { scan: { kind: "nifti", path: files[0]! }, aside: [] };
  return { leftOut: `${describe({ ct, nifti })}. Choose one with --series ${patient}=${ct[0]?.uid ?? nifti[0]}` };
}

/** Slices in a series, copies counted once. */
function countSlices({ instances }: ScannedSeries): number {
  return instances.reduce((sum, { frames }) => sum + frames, 0);
}

function named(patient: string, images: PatientImages, wanted: string): ScanChoice {
  const series = images.ct.find(({ uid }) => uid === wanted);
  if (series) return { scan: { kind: "dicom", series }, aside: [] };
  if (images.nifti.includes(wanted)) return { scan: { kind: "nifti", path: wanted }, aside: [] };
  const there = images.ct.length + images.nifti.length === 0 ? "no CT" : describe(images);
  throw new InputError(`--series ${patient}=${wanted}: there is no such series; ${patient} has ${there}`);
}

/** If masks lie beside the CT in a patient's folder, the CT is the file named after the patient, or named ct. */
function preferred(patient: string, nifti: readonly string[]): readonly string[] {
  if (nifti.length < 2) return nifti;
  for (const name of [patient.toLowerCase(), "ct"]) {
    const files = nifti.filter((path) => niftiStem(path).toLowerCase() === name);
    if (files.length > 0) return files;
  }
  return nifti;
}

/** A NIfTI file's name without folder and ending. */
export function niftiStem(path: string): string {
  return path.replace(/^.*[/\\]/, "").replace(/\.nii(\.gz)?$/i, "");
}

function describe({ ct, nifti }: PatientImages): string {
  const series = ct.map((one) => {
    const slices = countSlices(one);
    const description = one.description ? `, "${one.description}"` : "";
    return `${one.uid} (${slices} ${slices === 1 ? "slice" : "slices"}${description})`;
  });
  const parts = [
    ...ct.length > 0 ? [`${ct.length} CT series: ${series.join(", ")}`] : [],
    ...nifti.length > 0 ? [`${nifti.length} NIfTI ${nifti.length === 1 ? "file" : "files"}: ${nifti.join(", ")}`] : [],
  ];
  return parts.join(", and ");
}
