import { join, resolve } from "node:path";
import { InputError, sha256 } from "@ctsurv/common/mod.ts";
import { type ClinicalRecord, parseClinical } from "./clinical.ts";
import { type CohortManifest, parseCohortManifest } from "./cohort_manifest.ts";
import { type LocatedImages, locateImages } from "./locate_images.ts";
import type { Exclusion } from "./lung1_exclusions.ts";
import { mustExist } from "./must_exist.ts";

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
