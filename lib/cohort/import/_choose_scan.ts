import { InputError } from "@ctsurv/base/mod.ts";
import { applySeriesRules, describeSeries, describeSingles, type SeriesRule } from "@ctsurv/imaging/mod.ts";
import type { ScannedSeries } from "./scan_images.ts";

/** If a patient has several CT series, the only one with at least this many slices is the scan, as for `readVolume`. */
const FEWEST_SLICES = 10;

/** A patient's CT: a DICOM series, or the path of a NIfTI file, relative to the scanned folder. */
export type ChosenScan =
  | { readonly kind: "dicom"; readonly series: ScannedSeries }
  | { readonly kind: "nifti"; readonly path: string };

/** The scan that was chosen, with remarks on that; or why there is none. */
export type ScanChoice =
  | { readonly scan: ChosenScan; readonly remarks: readonly string[] }
  | { readonly leftOut: string };

/** The images that were found for one patient. */
export interface PatientImages {
  /** CT series. */
  readonly ct: readonly ScannedSeries[];
  /** Paths of NIfTI files. */
  readonly nifti: readonly string[];
}

/** What the user chose. */
export interface Wanted {
  /** SeriesInstanceUID, or path of a NIfTI file, for this patient. */
  readonly name?: string | undefined;
  /** Rules for all patients with several series. */
  readonly rules: readonly SeriesRule[];
}

/**
 * Chooses the scan among a patient's images: the only CT series, or the only one with at least 10 slices, or the only
 * one of these that the rules leave, or the only NIfTI file. ImageType does not count: planning systems write
 * ORIGINAL\SECONDARY on scans of LUNG1.
 *
 * @returns Undefined if there are no images at all.
 * @throws {InputError} If there is no such series or file as the user named.
 */
export function chooseScan(patient: string, images: PatientImages, { name, rules }: Wanted): ScanChoice | undefined {
  const { ct, nifti } = images;
  if (name !== undefined) return named(patient, images, name);
  if (ct.length + nifti.length === 0) return undefined;
  const long = ct.length === 1 ? ct : ct.filter(({ slices }) => slices >= FEWEST_SLICES);
  const candidates = long.length > 1 ? applySeriesRules(long, rules) : long;
  const files = preferred(patient, nifti);
  if (candidates.length === 1 && nifti.length === 0) {
    const [series] = candidates as [ScannedSeries];
    return { scan: { kind: "dicom", series }, remarks: describeAside(images, long, series, rules) };
  }
  if (ct.length === 0 && files.length === 1) return { scan: { kind: "nifti", path: files[0]! }, remarks: [] };
  const singles = nifti.length === 0 ? describeSingles(ct) : undefined;
  if (singles) return { leftOut: singles };
  const ruled = long.length > 1 && rules.length > 0
    ? `. The rule ${rules.join(",")} leaves ${candidates.length} of them: ${
      candidates.map(({ uid }) => uid).join(", ")
    }`
    : "";
  const hint = long.length > 1 && nifti.length === 0 && rules.length === 0 ? ", or a rule with --series-rule" : "";
  return {
    leftOut: `${describe(images)}${ruled}. Choose one with --series ${patient}=${ct[0]?.uid ?? nifti[0]}${hint}`,
  };
}

function describeAside(
  { ct }: PatientImages,
  long: readonly ScannedSeries[],
  chosen: ScannedSeries,
  rules: readonly SeriesRule[],
): string[] {
  const short = ct.filter((series) => !long.includes(series)).map(({ uid }) => uid);
  const others = long.filter((series) => series !== chosen).map(describeSeries);
  return [
    ...others.length > 0
      ? [`the rule ${rules.join(",")} chose ${describeSeries(chosen)}, not ${others.join(", ")}`]
      : [],
    ...short.length > 0 ? [`shorter CT series set aside: ${short.join(", ")}`] : [],
  ];
}

function named(patient: string, images: PatientImages, wanted: string): ScanChoice {
  const series = images.ct.find(({ uid }) => uid === wanted);
  if (series) return { scan: { kind: "dicom", series }, remarks: [] };
  if (images.nifti.includes(wanted)) return { scan: { kind: "nifti", path: wanted }, remarks: [] };
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
  const parts = [
    ...ct.length > 0 ? [`${ct.length} CT series: ${ct.map(describeSeries).join(", ")}`] : [],
    ...nifti.length > 0 ? [`${nifti.length} NIfTI ${nifti.length === 1 ? "file" : "files"}: ${nifti.join(", ")}`] : [],
  ];
  return parts.join(", and ");
}
