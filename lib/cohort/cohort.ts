import { join, resolve } from "node:path";
import { InputError, sha256 } from "@ctsurv/common/mod.ts";
import { type ClinicalRecord, parseClinical } from "./clinical.ts";
import { type CohortManifest, parseCohortManifest } from "./cohort_manifest.ts";
import type { Exclusion } from "./lung1_exclusions.ts";
import { refuseIfAny } from "./refuse_if_any.ts";

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
  /** Tells cohorts apart: SHA-256 of manifest, clinical table and the names of the images (not of their voxels). */
  readonly hash: string;
}

export interface CohortPatient {
  readonly id: string;
  /** Path of the NIfTI file or of the folder of DICOM files. */
  readonly image: string;
  readonly record: ClinicalRecord;
}

/**
 * Opens a cohort: a folder with `cohort.json`, `clinical.csv` and `images/`, where each patient's image is
 * `<PatientID>.nii.gz`, `<PatientID>.nii` or a folder `<PatientID>` of DICOM files. Reads no voxels.
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
      "A phantom cohort without it is unfinished: make it again",
  );
  const clinicalText = await readText(clinicalPath, "a cohort needs its clinical table, in the columns of LUNG1");
  const manifest = parseCohortManifest(manifestText, manifestPath);
  const records = parseClinical(clinicalText, clinicalPath);
  const images = await findImages(imagesPath);

  const reasons = new Map(manifest.exclusions.map((exclusion) => [exclusion.patient, exclusion]));
  const isWanted = (id: string) => !reasons.has(id);
  const patients = records.flatMap((record): CohortPatient[] => {
    const image = images.get(record.patient);
    return image && isWanted(record.patient) ? [{ id: record.patient, image, record }] : [];
  });
  const known = new Set(records.map(({ patient }) => patient));
  const imageless = [...known].filter((id) => isWanted(id) && !images.has(id));
  const rowless = [...images.keys()].filter((id) => isWanted(id) && !known.has(id));
  const messages = [
    ...describe(imageless, `left out: in ${clinicalPath}, but without an image in ${imagesPath}`),
    ...describe(rowless, `left out: with an image in ${imagesPath}, but without a row in ${clinicalPath}`),
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
    hash: sha256(manifestText, "\0", clinicalText, "\0", patients.map(({ id }) => id).join("\0")),
  };
}

async function mustExist(path: string, advice: string): Promise<void> {
  await Deno.stat(path).catch((error) => {
    throw error instanceof Deno.errors.NotFound ? new InputError(`${path}: ${advice}`) : error;
  });
}

async function readText(path: string, advice: string): Promise<string> {
  await mustExist(path, `not found; ${advice}`);
  return await Deno.readTextFile(path);
}

/** Paths of the images by patient, in the order of the patients' names. */
async function findImages(dir: string): Promise<Map<string, string>> {
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
  return new Map([...found].map(([id, [path]]) => [id, path!] as const).sort(([a], [b]) => a < b ? -1 : 1));
}

/** One message for all of these patients; none if there are none. */
function describe(ids: readonly string[], what: string): string[] {
  if (ids.length === 0) return [];
  const names = ids.slice(0, 10).join(", ") + (ids.length > 10 ? ", …" : "");
  return [`${ids.length} ${ids.length === 1 ? "patient" : "patients"} ${what}: ${names}`];
}
