import { join, resolve } from "node:path";
import { InputError, mustExist, sha256 } from "@ctsurv/base/mod.ts";
import { isOfMacOs } from "@ctsurv/imaging/mod.ts";
import { type CohortManifest, type ImageEntry, parseCohortManifest, type SegmentationFile } from "./cohort_manifest.ts";
import { type ClinicalRecord, parseClinical } from "./table/clinical.ts";
import type { Exclusion } from "./table/lung1_exclusions.ts";
import { refuseIfAny } from "./table/problems.ts";
import { readTable } from "./table/read_table.ts";

/** Where the images of a patient are. Paths are absolute, or relative if the cohort was opened by a relative path. */
export interface LocatedImages {
  /** A NIfTI file or a folder of DICOM files. */
  readonly image: string;
  /** SeriesInstanceUID to read in that folder, if the cohort names one. */
  readonly series?: string;
  /** SEG and RTSTRUCT files with structures of this scan, if the cohort names them. */
  readonly segmentations?: readonly SegmentationFile[];
}

/**
 * The images of a cohort by patient, where its manifest says.
 *
 * @throws {InputError} If images are no longer there.
 */
async function followEntries(
  dir: string,
  images: Readonly<Record<string, ImageEntry>>,
): Promise<ReadonlyMap<string, LocatedImages>> {
  const base = await Deno.realPath(dir);
  const located = new Map(
    Object.entries(images).map(([id, { path, series, segmentations }]) => [alike(id), {
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

/**
 * The images of a cohort by patient, in a folder of one file or folder per patient, in the order of the patients' names.
 *
 * @throws {InputError} If the folder is missing, or a patient has several images.
 */
async function findImages(dir: string): Promise<ReadonlyMap<string, LocatedImages>> {
  await mustExist(dir, "not found; a cohort needs a folder of images, one file or folder per patient");
  const found = new Map<string, string[]>();
  for await (const entry of Deno.readDir(dir)) {
    const { name } = entry;
    if (name.startsWith(".") || isOfMacOs(name)) continue;
    const path = join(dir, name);
    const target = entry.isSymlink ? await Deno.stat(path).catch(() => undefined) : entry;
    // A link that leads nowhere is no image, and a pipe never ends.
    if (!target?.isDirectory && !(target?.isFile && /\.nii(\.gz)?$/i.test(name))) continue;
    const id = alike(target.isDirectory ? name : name.replace(/\.nii(\.gz)?$/i, ""));
    found.set(id, [...found.get(id) ?? [], path]);
  }
  const several = [...found].filter(([, paths]) => paths.length > 1);
  refuseIfAny(several.map(([id, paths]) => `${id} has several images, keep one: ${paths.sort().join(", ")}`), dir);
  return new Map([...found].map(([id, [path]]) => [id, { image: path! }] as const).sort(([a], [b]) => a < b ? -1 : 1));
}

/** One text for names that look the same: macOS writes é as e and an accent in names of files. */
function alike(id: string): string {
  return id.normalize("NFC");
}

/** An opened cohort. */
export interface Cohort {
  /** Name in `cohort.json`. */
  readonly name: string;
  /** Absolute path of its folder. */
  readonly dir: string;
  /** Content of `cohort.json`. */
  readonly manifest: CohortManifest;
  /** The patients with an image and a clinical row who are not excluded, in the order of the clinical table. */
  readonly patients: readonly CohortPatient[];
  /** The patients in the clinical table whom the manifest excludes. */
  readonly excluded: readonly Exclusion[];
  /** Which patients were left out for lack of an image or of a clinical row, as sentences for people. */
  readonly messages: readonly string[];
  /**
   * SHA-256 that tells cohorts apart. It covers the manifest, the clinical table and the names of the images, but
   * neither their voxels nor, for an import, where they lie.
   */
  readonly hash: string;
}

/** A patient with images and follow-up. */
export interface CohortPatient extends LocatedImages {
  /** PatientID. */
  readonly id: string;
  /** The patient's row of the clinical table. */
  readonly record: ClinicalRecord;
}

/**
 * Opens a cohort: a folder with `cohort.json`, `clinical.csv` and `images/`. Each patient's image is
 * `<PatientID>.nii.gz`, `<PatientID>.nii` or a folder `<PatientID>` of DICOM files. In a cohort that `ctsurv import`
 * made, `cohort.json` says where the images are; so it does for the other laws of a phantom cohort, which share its scans.
 * No voxels are read.
 *
 * @throws {InputError} If the folder or one of these is missing, unreadable or empty, a patient has several images, or
 *   no patient is left.
 *
 * @example
 * ```ts
 * import { openCohort } from "@ctsurv/ctsurv/cohort";
 * import { writeNifti } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * const manifest = { format: 1, name: "Tiny", source: "made up", licence: "MIT", exclusions: [] };
 * await Deno.writeTextFile(`${folder}/cohort.json`, JSON.stringify(manifest));
 * await Deno.writeTextFile(`${folder}/clinical.csv`, "PatientID,Survival.time,deadstatus.event\nA,547,1\nB,1200,0\n");
 * await writeNifti(`${folder}/images/A.nii`, {
 *   data: Int16Array.of(-1000, 40),
 *   shape: [1, 1, 2],
 *   affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1],
 * });
 *
 * const { patients, messages } = await openCohort(folder);
 * assertEquals(patients.map(({ id }) => id), ["A"]);
 * assertEquals(messages.length, 1); // B has no image
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function openCohort(dir: string): Promise<Cohort> {
  const [manifestPath, clinicalPath] = [join(dir, "cohort.json"), join(dir, "clinical.csv")] as const;
  await mustExist(dir, "there is no such folder");
  const manifestText = await readText(
    manifestPath,
    'every cohort has one, such as {"format": 1, "name": "…", "source": "…", "licence": "…", "exclusions": []}. ' +
      "A phantom or imported cohort without it is unfinished: make it again",
  );
  await mustExist(clinicalPath, "not found; a cohort needs its clinical table, in the columns of LUNG1");
  const clinicalText = await readTable(clinicalPath);
  const manifest = parseCohortManifest(manifestText, manifestPath);
  const records = parseClinical(clinicalText, clinicalPath);
  const imagesPath = join(dir, manifest.phantom?.scans ?? ".", "images");
  const images = manifest.images ? await followEntries(dir, manifest.images) : await findImages(imagesPath);

  const reasons = new Map(manifest.exclusions.map((exclusion) => [exclusion.patient, exclusion]));
  const isWanted = (id: string) => !reasons.has(id);
  const patients = records.flatMap((record): CohortPatient[] => {
    const image = images.get(alike(record.patient));
    return image && isWanted(record.patient) ? [{ id: record.patient, ...image, record }] : [];
  });
  const known = new Set(records.map(({ patient }) => patient));
  const written = new Set([...known].map(alike));
  const undecided = new Set(manifest.import?.leftOut.map(({ patient }) => patient));
  const imageless = [...known].filter((id) => isWanted(id) && !images.has(alike(id)) && !undecided.has(id));
  const rowless = [...images.keys()].filter((id) => isWanted(id) && !written.has(id));
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

/** The content of an imported cohort, wherever its images lie and whatever lay beside them. */
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
