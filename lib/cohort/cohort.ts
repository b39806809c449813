import { join, resolve } from "node:path";
import { InputError, mustExist, sha256 } from "@ctsurv/base/mod.ts";
import { type CohortManifest, type ImageEntry, parseCohortManifest, type SegmentationFile } from "./cohort_manifest.ts";
import { type ClinicalRecord, parseClinical } from "./table/clinical.ts";
import { refuseIfAny } from "./table/csv.ts";
import type { Exclusion } from "./table/lung1_exclusions.ts";

/** Where a patient's images are, by absolute paths or paths like the cohort's own. */
export interface LocatedImages {
  /** A NIfTI file or a folder of DICOM files. */
  readonly image: string;
  /** SeriesInstanceUID to read in that folder, where the cohort names one. */
  readonly series?: string;
  /** Files that outline structures on this scan, where the cohort names them. */
  readonly segmentations?: readonly SegmentationFile[];
}

/**
 * The images of a cohort by patient: where the manifest says, or else in the folder `images`, one file or folder per
 * patient.
 *
 * @throws {InputError} If some are no longer where the manifest says; or there is no folder, or a patient has several.
 */
async function locateImages(
  dir: string,
  images: Readonly<Record<string, ImageEntry>> | undefined,
): Promise<ReadonlyMap<string, LocatedImages>> {
  return images ? await followEntries(dir, images) : await findImages(join(dir, "images"));
}

async function followEntries(
  dir: string,
  images: Readonly<Record<string, ImageEntry>>,
): Promise<ReadonlyMap<string, LocatedImages>> {
  const base = await Deno.realPath(dir);
  const located = new Map(
    Object.entries(images).map(([id, { path, series, segmentations }]) => [id, {
      image: resolve(base, path),
      ...series !== undefined && { series },
      ...segmentations &&
        { segmentations: segmentations.map(({ kind, path }) => ({ kind, path: resolve(base, path) })) },
    }]),
  );
  const paths = [...located].flatMap(([id, { image, segmentations = [] }]) =>
    [image, ...segmentations.map(({ path }) => path)].map((path) => ({ id, path }))
  );
  const isThere = await Promise.all(paths.map(({ path }) => Deno.stat(path).then(() => true, () => false)));
  const lost = paths.filter((_, i) => !isThere[i]);
  if (lost.length > 0) {
    throw new InputError(
      `${join(dir, "cohort.json")}: ${lost.length} of ${paths.length} images have moved since they were imported, ` +
        `the first of them ${lost[0]!.path} (${lost[0]!.id}). Move them back, or import them again into the same ` +
        "folder: deno task ctsurv import --help",
    );
  }
  return located;
}

/** In the order of the patients' names. */
async function findImages(dir: string): Promise<ReadonlyMap<string, LocatedImages>> {
  await mustExist(dir, "not found; a cohort needs a folder of images, one file or folder per patient");
  const found = new Map<string, string[]>();
  for await (const { name, isDirectory, isSymlink } of Deno.readDir(dir)) {
    if (name.startsWith(".")) continue;
    const path = join(dir, name);
    const isFolder = isDirectory || isSymlink && (await Deno.stat(path)).isDirectory;
    if (!isFolder && !/\.nii(\.gz)?$/i.test(name)) continue;
    const id = isFolder ? name : name.replace(/\.nii(\.gz)?$/i, "");
    found.set(id, [...found.get(id) ?? [], path]);
  }
  const several = [...found].filter(([, paths]) => paths.length > 1);
  refuseIfAny(several.map(([id, paths]) => `${id} has several images, keep one: ${paths.sort().join(", ")}`), dir);
  return new Map([...found].map(([id, [path]]) => [id, { image: path! }] as const).sort(([a], [b]) => a < b ? -1 : 1));
}

/** A cohort as it lies on disk, opened. */
export interface Cohort {
  readonly name: string;
  /** Absolute path of its folder. */
  readonly dir: string;
  readonly manifest: CohortManifest;
  /** Those with image and clinical row who are not excluded, in the order of the clinical table. */
  readonly patients: readonly CohortPatient[];
  /** Those of the clinical table whom the manifest excludes. */
  readonly excluded: readonly Exclusion[];
  /** Who was left out for want of an image or of a clinical row, for people to read. */
  readonly messages: readonly string[];
  /**
   * Tells cohorts apart: SHA-256 of manifest, clinical table and the names of the images, not of their voxels, nor of
   * where imported images lie.
   */
  readonly hash: string;
}

/** A patient whose images and follow-up are there. */
export interface CohortPatient extends LocatedImages {
  readonly id: string;
  readonly record: ClinicalRecord;
}

/**
 * Opens a cohort: a folder with `cohort.json`, `clinical.csv` and `images/`, where each patient's image is
 * `<PatientID>.nii.gz`, `<PatientID>.nii` or a folder `<PatientID>` of DICOM files; or one that `ctsurv import` made,
 * whose `cohort.json` says where the images lie. Reads no voxels.
 *
 * @throws {InputError} If the folder or one of these is missing, unreadable or empty, a patient has several images, or no
 *   patient is left.
 */
export async function openCohort(dir: string): Promise<Cohort> {
  const [manifestPath, clinicalPath, imagesPath] = [
    join(dir, "cohort.json"),
    join(dir, "clinical.csv"),
    join(dir, "images"),
  ] as const;
  await mustExist(dir, "there is no such folder");
  const manifestText = await readText(
    manifestPath,
    'every cohort has one, such as {"format": 1, "name": "…", "source": "…", "licence": "…", "exclusions": []}. ' +
      "A phantom or imported cohort without it is unfinished: make it again",
  );
  const clinicalText = await readText(clinicalPath, "a cohort needs its clinical table, in the columns of LUNG1");
  const manifest = parseCohortManifest(manifestText, manifestPath);
  const records = parseClinical(clinicalText, clinicalPath);
  const images = await locateImages(dir, manifest.images);

  const reasons = new Map(manifest.exclusions.map((exclusion) => [exclusion.patient, exclusion]));
  const isWanted = (id: string) => !reasons.has(id);
  const patients = records.flatMap((record): CohortPatient[] => {
    const image = images.get(record.patient);
    return image && isWanted(record.patient) ? [{ id: record.patient, ...image, record }] : [];
  });
  const known = new Set(records.map(({ patient }) => patient));
  const undecided = new Set(manifest.import?.leftOut.map(({ patient }) => patient));
  const imageless = [...known].filter((id) => isWanted(id) && !images.has(id) && !undecided.has(id));
  const rowless = [...images.keys()].filter((id) => isWanted(id) && !known.has(id));
  const imagesAt = manifest.images ? manifestPath : imagesPath;
  const messages = [
    ...describe(imageless, `left out: in ${clinicalPath}, but without an image in ${imagesAt}`),
    ...describe([...undecided], `left out when imported: ${manifestPath} says why, under import.leftOut`),
    ...describe(rowless, `left out: with an image in ${imagesAt}, but without a row in ${clinicalPath}`),
  ];
  if (patients.length === 0) {
    throw new InputError([`${dir}: no patient has both an image and a clinical row`, ...messages].join("\n  "));
  }
  return {
    name: manifest.name,
    dir: resolve(dir),
    manifest,
    patients,
    excluded: manifest.exclusions.filter(({ patient }) => known.has(patient)),
    messages,
    hash: sha256(
      manifest.images ? describeImport(manifest) : manifestText,
      "\0",
      clinicalText,
      "\0",
      patients.map(({ id }) => id).join("\0"),
    ),
  };
}

/** What an imported cohort is, wherever its images lie and whatever lay beside them. */
function describeImport({ images, import: _, ...manifest }: CohortManifest): string {
  const series = Object.entries(images ?? {}).map(([patient, { series }]) => [patient, series ?? null]);
  return JSON.stringify({ ...manifest, images: series });
}

async function readText(path: string, advice: string): Promise<string> {
  await mustExist(path, `not found; ${advice}`);
  return await Deno.readTextFile(path);
}

/** One message for all of these patients; none if there are none. */
function describe(ids: readonly string[], what: string): string[] {
  if (ids.length === 0) return [];
  const names = ids.slice(0, 10).join(", ") + (ids.length > 10 ? ", …" : "");
  return [`${ids.length} ${ids.length === 1 ? "patient" : "patients"} ${what}: ${names}`];
}
