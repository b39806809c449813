import { join, relative, sep } from "node:path";
import { fileExists, InputError, type Progress, statInput } from "@ctsurv/base/mod.ts";
import {
  describeOtherFile,
  type DicomFacts,
  listImageFiles,
  scanDicom,
  type SeriesOfPatient,
} from "@ctsurv/imaging/mod.ts";
import { type SeriesFile, tellCopies } from "./_tell_copies.ts";

/** The files of a DICOM series, wherever they lie. */
export interface ScannedSeries extends SeriesOfPatient {
  readonly patient: string;
  /** Empty where the images do not say it. */
  readonly modality: string;
  /** SEG and RTSTRUCT: the UIDs of the series that they were drawn on. */
  readonly refersTo: readonly string[];
  /** Sorted by SOPInstanceUID, and by content where several images share one. */
  readonly instances: readonly ScannedInstance[];
}

/** One DICOM image or object, and its copies. */
export interface ScannedInstance {
  /** SOPInstanceUID. */
  readonly uid: string;
  /** Relative to the scanned folder, sorted; several where it was downloaded more than once. */
  readonly paths: readonly string[];
}

/** The content of a folder of images, told from headers alone. */
export interface ScannedImages {
  /** Absolute path of the folder. */
  readonly root: string;
  /** Files looked at. */
  readonly files: number;
  /** Sorted by patient and UID; localizers are left out. */
  readonly series: readonly ScannedSeries[];
  /** Paths of NIfTI files, relative and sorted. */
  readonly nifti: readonly string[];
  readonly skipped: readonly SkippedFiles[];
}

/** Files that were passed over, for one reason. */
export interface SkippedFiles {
  /** Why they were passed over, such as "a localizer". */
  readonly reason: string;
  /** Paths relative to the folder of images, sorted. */
  readonly files: readonly string[];
}

export interface ScanImagesOptions {
  /** Absolute paths that are passed over. */
  readonly without?: readonly string[];
  readonly progress?: Progress | undefined;
}

/** Files whose headers are read at once: a network drive answers late, but several at a time. */
const AT_ONCE = 16;

/**
 * Finds the DICOM series and NIfTI files in a folder. Series are put together by PatientID, Modality and
 * SeriesInstanceUID, never by folder or file name, because each download tool lays out its files in another way.
 *
 * @param root Absolute path.
 * @throws {InputError} If it is not a folder, or may not be read.
 */
export async function scanImages(root: string, options: ScanImagesOptions = {}): Promise<ScannedImages> {
  const { without = [], progress } = options;
  await mustBeFolder(root);
  const listed = await listImageFiles(root, { without });
  const shorten = (path: string) => relative(root, path).replaceAll(sep, "/");
  const files = listed.files.map(shorten).sort();
  const found: Found = { series: new Map(), nifti: [], skipped: new Map() };
  for (const { path, reason } of listed.passedOver) skip(found, reason, shorten(path));
  progress?.start("Headers read", files.length);
  for (let from = 0; from < files.length; from += AT_ONCE) {
    const batch = files.slice(from, from + AT_ONCE);
    const looks = await Promise.all(batch.map((path) => lookAt(root, path)));
    looks.forEach((look, i) => sortIn(found, batch[i]!, look));
    progress?.tick(batch.length);
  }
  progress?.done(`${files.length} files looked at`);
  const series: ScannedSeries[] = [];
  for (const all of found.series.values()) series.push(await finish(root, all, found));
  return {
    root,
    files: files.length,
    series: series.sort(byPatient),
    nifti: found.nifti,
    skipped: [...found.skipped]
      .map(([reason, files]) => ({ reason, files: files.sort() }))
      .sort((a, b) => compare(a.reason, b.reason)),
  };
}

async function mustBeFolder(root: string): Promise<void> {
  const kind = await fileExists(root) ? await statInput(root) : undefined;
  if (kind === undefined) throw new InputError(`${root}: there is no such folder of images`);
  if (kind === "file") throw new InputError(`${root} is a file; give the folder that holds the images`);
}

interface Found {
  /** By patient, modality and SeriesInstanceUID. */
  readonly series: Map<string, SeriesFile[]>;
  readonly nifti: string[];
  readonly skipped: Map<string, string[]>;
}

/** What a file is: facts of a DICOM file, "nifti", or the reason why it is passed over. */
type Look = DicomFacts | "nifti" | { readonly reason: string };

async function lookAt(root: string, path: string): Promise<Look> {
  if (/\.nii(\.gz)?$/i.test(path)) return "nifti";
  const whole = join(root, path);
  try {
    return await scanDicom(whole) ?? { reason: await describeOtherFile(whole) ?? "neither DICOM nor NIfTI" };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { reason: error.message.replace(`${whole}: `, "") };
  }
}

function sortIn(found: Found, path: string, look: Look): void {
  if (look === "nifti") {
    found.nifti.push(path);
    return;
  }
  const reason = "reason" in look ? look.reason : unusable(look);
  if (reason !== undefined) return skip(found, reason, path);
  const facts = look as DicomFacts;
  const key = JSON.stringify([facts.patient, facts.modality, facts.series]);
  const files = found.series.get(key) ?? [];
  files.push({ path, facts });
  found.series.set(key, files);
}

function skip({ skipped }: Found, reason: string, path: string): void {
  const files = skipped.get(reason) ?? [];
  files.push(path);
  skipped.set(reason, files);
}

/** Why a DICOM file cannot be part of a patient's series; undefined if it can. */
function unusable({ patient, modality, series, isLocalizer, isImage }: DicomFacts): string | undefined {
  if (modality === "DICOMDIR") return "a DICOMDIR";
  if (isLocalizer) return "a localizer";
  const missing = Object.entries({
    "PatientID (0010,0020)": patient,
    "Modality (0008,0060)": modality || (isImage ? "taken for CT, as readVolume does" : ""),
    "SeriesInstanceUID (0020,000E)": series,
  }).filter(([, value]) => value === "").map(([name]) => name);
  return missing.length > 0 ? `DICOM without ${missing.join(", ")}` : undefined;
}

async function finish(root: string, files: readonly SeriesFile[], found: Found): Promise<ScannedSeries> {
  const { images, broken } = await tellCopies(root, files);
  for (const path of broken) skip(found, "cut off, while another copy is whole", path);
  const { patient, modality, series: uid, date, thickness, kernel, plane, contrast, description } = images[0]!.facts;
  return {
    ...{ patient, modality, uid, date, thickness, kernel, plane, contrast, description },
    slices: images.reduce((sum, { facts }) => sum + facts.frames, 0),
    refersTo: [...new Set(images.flatMap(({ facts }) => facts.refersTo))].sort(),
    instances: images.map(({ facts, paths }) => ({ uid: facts.instance, paths })),
  };
}

function byPatient(a: ScannedSeries, b: ScannedSeries): number {
  return compare(a.patient, b.patient) || compare(a.modality, b.modality) || compare(a.uid, b.uid);
}

/** By code units, the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
