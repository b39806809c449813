import { join } from "node:path";
import { InputError, type Progress } from "@ctsurv/base/mod.ts";
import { type DicomFacts, scanDicom } from "@ctsurv/imaging/mod.ts";
import type { ClinicalRecord } from "../table/clinical.ts";
import { columnOf, lung1Columns } from "../table/clinical_columns.ts";
import type { PlannedPatient } from "./_plan_import.ts";
import { walkFiles } from "./_walk_files.ts";
import { type ImportRecord, isWithin } from "./cohort_folder.ts";

/** A file with structures drawn on a CT. */
export interface FoundSegmentation {
  readonly kind: "SEG" | "RTSTRUCT";
  /** Relative to the scanned folder. */
  readonly path: string;
}

/** The SEG and RTSTRUCT files that refer to a CT series. Files without such a reference are not taken. */
export function findSegmentations(all: readonly ScannedSeries[], { patient, uid }: ScannedSeries): FoundSegmentation[] {
  return all.flatMap(({ patient: owner, modality: kind, refersTo, instances }) => {
    if (owner !== patient || kind !== "SEG" && kind !== "RTSTRUCT" || !refersTo.includes(uid)) return [];
    return instances.map(({ paths }) => ({ kind, path: paths[0]! }));
  });
}

/** A stage that the TNM classification of lung cancer (6th to 9th edition) does not have, or that is unknown. */
export interface OddStage {
  /** PatientID. */
  readonly patient: string;
  /** The column's name in `clinical.csv`. */
  readonly column: string;
  /** As written; null if it is unknown. */
  readonly value: string | null;
}

const usual = {
  tStage: /^(c?T)?(is|x|[0-4][a-c]?)$/i,
  nStage: /^(c?N)?(x|[0-3][a-c]?)$/i,
  mStage: /^(c?M)?(x|0|1[a-c]?)$/i,
  overallStage: /^(stage )?(0|I|II|III|IV|[1-4])[a-c]?[1-3]?$/i,
} as const;

/**
 * Finds stages that are odd or unknown, in those columns that the table has. They are kept as written: LUNG1 holds two
 * T5, three N4 and four M3, and a patient without an overall stage.
 */
export function oddStages(records: readonly ClinicalRecord[]): OddStage[] {
  const fields = Object.keys(usual) as (keyof typeof usual)[];
  const given = fields.filter((field) => records.some((record) => record[field] !== null));
  return records.flatMap((record) =>
    given
      .filter((field) => record[field] === null || !usual[field].test(record[field]))
      .map((field) => ({
        patient: record.patient,
        column: lung1Columns.columns[columnOf(field)],
        value: record[field],
      }))
  );
}

/** The files of a DICOM series, wherever they lie. */
export interface ScannedSeries {
  readonly patient: string;
  readonly modality: string;
  /** SeriesInstanceUID. */
  readonly uid: string;
  readonly description: string;
  /** SEG and RTSTRUCT: the UIDs of the series that they were drawn on. */
  readonly refersTo: readonly string[];
  /** Sorted by SOPInstanceUID. */
  readonly instances: readonly ScannedInstance[];
}

/** One DICOM image or object, and its copies. */
export interface ScannedInstance {
  /** SOPInstanceUID. */
  readonly uid: string;
  readonly frames: number;
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
  const { files, unreadable } = await walkFiles(root, without);
  const found: Found = { series: new Map(), nifti: [], skipped: new Map([["cannot be opened", [...unreadable]]]) };
  progress?.start("Headers read", files.length);
  for (let from = 0; from < files.length; from += AT_ONCE) {
    const batch = files.slice(from, from + AT_ONCE);
    const facts = await Promise.all(batch.map((path) => lookAt(root, path)));
    facts.forEach((fact, i) => sortIn(found, batch[i]!, fact));
    progress?.tick(batch.length);
  }
  progress?.done(`${files.length} files looked at`);
  return {
    root,
    files: files.length,
    series: [...found.series.values()].map(finish).sort(byPatient),
    nifti: found.nifti,
    skipped: [...found.skipped]
      .filter(([, files]) => files.length > 0)
      .map(([reason, files]) => ({ reason, files }))
      .sort((a, b) => compare(a.reason, b.reason)),
  };
}

interface Found {
  readonly series: Map<string, GrowingSeries>;
  readonly nifti: string[];
  readonly skipped: Map<string, string[]>;
}

interface GrowingSeries extends Pick<ScannedSeries, "patient" | "modality" | "uid"> {
  readonly byInstance: Map<string, { readonly facts: DicomFacts; readonly paths: string[] }>;
}

/** What a file is: facts of a DICOM file, "nifti", or the reason why it is passed over. */
type Look = DicomFacts | "nifti" | { readonly reason: string };

async function lookAt(root: string, path: string): Promise<Look> {
  if (/\.nii(\.gz)?$/i.test(path)) return "nifti";
  try {
    return await scanDicom(join(root, path)) ?? { reason: notAnImage(path) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { reason: error.message.replace(`${join(root, path)}: `, "") };
  }
}

/** What a file that is neither DICOM nor NIfTI may be. */
function notAnImage(path: string): string {
  if (/\.(zip|tar|tgz|tar\.gz|7z|rar)$/i.test(path)) return "an archive: unpack it and import again";
  if (/\.(hdr|img|nrrd|nhdr|mha|mhd)(\.gz)?$/i.test(path)) return "another image format: convert it to NIfTI";
  return "neither DICOM nor NIfTI";
}

function sortIn(found: Found, path: string, look: Look): void {
  if (look === "nifti") {
    found.nifti.push(path);
    return;
  }
  const reason = "reason" in look ? look.reason : unusable(look);
  if (reason !== undefined) {
    const files = found.skipped.get(reason);
    if (files) files.push(path);
    else found.skipped.set(reason, [path]);
    return;
  }
  const { patient, modality, series: uid, instance } = look as DicomFacts;
  const key = JSON.stringify([patient, modality, uid]);
  const series = found.series.get(key) ?? { patient, modality, uid, byInstance: new Map() };
  found.series.set(key, series);
  const known = series.byInstance.get(instance);
  if (known) known.paths.push(path);
  else series.byInstance.set(instance, { facts: look as DicomFacts, paths: [path] });
}

/** Why a DICOM file cannot be part of a patient's series; undefined if it can. */
function unusable({ patient, modality, series, instance, isLocalizer }: DicomFacts): string | undefined {
  if (modality === "DICOMDIR") return "a DICOMDIR";
  if (isLocalizer) return "a localizer";
  const missing = Object.entries({
    "PatientID (0010,0020)": patient,
    "Modality (0008,0060)": modality,
    "SeriesInstanceUID (0020,000E)": series,
    "SOPInstanceUID (0008,0018)": instance,
  }).filter(([, value]) => value === "").map(([name]) => name);
  return missing.length > 0 ? `DICOM without ${missing.join(", ")}` : undefined;
}

function finish({ patient, modality, uid, byInstance }: GrowingSeries): ScannedSeries {
  const instances = [...byInstance].sort(([a], [b]) => compare(a, b));
  return {
    patient,
    modality,
    uid,
    description: instances[0]![1].facts.description,
    refersTo: [...new Set(instances.flatMap(([, { facts }]) => facts.refersTo))].sort(),
    instances: instances.map(([uid, { facts, paths }]) => ({ uid, frames: facts.frames, paths })),
  };
}

function byPatient(a: ScannedSeries, b: ScannedSeries): number {
  return compare(a.patient, b.patient) || compare(a.modality, b.modality) || compare(a.uid, b.uid);
}

/** By code units, the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Counts the files that were found in a folder, and in those below it. */
export function fileCounter({ series, nifti, skipped }: ScannedImages): (folder: string) => number {
  const paths = [
    ...series.flatMap(({ instances }) => instances.flatMap(({ paths }) => paths)),
    ...nifti,
    ...skipped.flatMap(({ files }) => files),
  ];
  const folders = new Map<string, number>();
  for (const path of paths) {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf("/"))) || ".";
    folders.set(folder, (folders.get(folder) ?? 0) + 1);
  }
  const entries = [...folders];
  return (wanted) =>
    entries.reduce(
      (sum, [folder, count]) => folder === wanted || isWithin(folder, wanted) ? sum + count : sum,
      0,
    );
}

/** How many files, series and images were found. */
export function describeFound({ files, series, nifti }: ScannedImages): ImportRecord["found"] {
  const images = (all: readonly ScannedSeries[]) => all.reduce((sum, { instances }) => sum + instances.length, 0);
  const stored = series.reduce((sum, one) => sum + one.instances.reduce((n, { paths }) => n + paths.length, 0), 0);
  const byModality = [...Map.groupBy(series, ({ modality }) => modality)].sort(([a], [b]) => a < b ? -1 : 1);
  return {
    files,
    nifti: nifti.length,
    dicom: byModality.map(([modality, all]) => ({ modality, series: all.length, images: images(all) })),
    copies: stored - images(series),
  };
}

/** Images that went unused: those of patients who were taken, and those of nobody. */
export function unusedFiles(
  { series }: ScannedImages,
  patients: readonly PlannedPatient[],
  nifti: ReadonlyMap<string | undefined, readonly string[]>,
): SkippedFiles[] {
  const taken = new Map(patients.map((patient) => [patient.patient, patient]));
  const drawn = new Set(patients.flatMap(({ segmentations }) => segmentations.map(({ path }) => path)));
  const undrawn = series
    .filter(({ patient, modality }) => taken.has(patient) && (modality === "SEG" || modality === "RTSTRUCT"))
    .flatMap(({ instances }) => instances.map(({ paths }) => paths[0]!))
    .filter((path) => !drawn.has(path));
  const beside = patients.flatMap(({ patient, path }) => (nifti.get(patient) ?? []).filter((file) => file !== path));
  const skipped = [
    { reason: "SEG or RTSTRUCT that does not say it was drawn on the chosen CT", files: undrawn.sort() },
    { reason: "NIfTI beside the chosen CT", files: beside.sort() },
    { reason: "NIfTI that is named after no patient of the table", files: nifti.get(undefined) ?? [] },
  ];
  return skipped.filter(({ files }) => files.length > 0);
}
