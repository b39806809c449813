import { z } from "zod";
import { isAbsolute, join, relative, sep } from "node:path";
import { dirname } from "node:path/posix";
import { InputError, writeAtomic } from "@ctsurv/base/mod.ts";
import { type CohortManifest, type ImageEntry, parseCohortManifest } from "../cohort_manifest.ts";
import type { PlannedPatient } from "./_plan_import.ts";
import type { OddStage } from "./odd_stages.ts";
import type { ScannedSeries } from "./scan_images.ts";

/** A file in a cohort's folder while an import is under way. It tells a broken-off import from somebody's own files. */
const MARKER = "import-unfinished";

/**
 * Makes sure that an import may write into a folder. The folder must be new, hold an import (finished or not), or hold
 * nothing that the import would replace.
 *
 * @throws {InputError} If it holds a cohort, or a part of one, that no import made.
 */
export async function refuseForeignCohort(dir: string, { copy }: { readonly copy: boolean }): Promise<void> {
  const info = await statPath(dir);
  if (info?.isDirectory === false) throw new InputError(`${dir} is a file; --output takes a folder`);
  if (await statPath(join(dir, MARKER))) return;
  const manifest = join(dir, "cohort.json");
  if (await statPath(manifest)) {
    if (parseCohortManifest(await Deno.readTextFile(manifest), manifest).import) return;
    throw new InputError(`${dir} holds a cohort that no import made. Choose another folder for --output`);
  }
  for (const name of ["clinical.csv", ...copy ? ["images", "segmentations"] : []]) {
    if (await statPath(join(dir, name))) {
      throw new InputError(
        `${join(dir, name)} is there already, and no import made it. Choose another folder for --output`,
      );
    }
  }
}

/**
 * Writes a cohort's files, `cohort.json` last. If it is interrupted, the folder has no `cohort.json`: it is not a
 * cohort, and another import may write into it.
 *
 * @param writeImages Writes whatever else there is to write, and gives the content of `cohort.json`.
 */
export async function writeCohort(
  dir: string,
  { clinical, writeImages }: {
    readonly clinical: string;
    readonly writeImages: () => Promise<CohortManifest>;
  },
): Promise<void> {
  const path = join(dir, "cohort.json");
  await writeAtomic(join(dir, MARKER), "An import is under way, or was broken off. Import again to finish it.\n");
  if (await statPath(path)) await Deno.remove(path);
  const manifest = await writeImages();
  await writeAtomic(join(dir, "clinical.csv"), clinical);
  await writeAtomic(path, JSON.stringify(manifest, null, 2) + "\n");
  await Deno.remove(join(dir, MARKER));
}

/** Undefined if there is nothing. */
async function statPath(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** What an import found, took and left out. It holds no dates, so that the same import gives the same bytes. */
export interface ImportRecord {
  /** Version of ctsurv that imported. */
  readonly version: string;
  /** The clinical table that was imported. */
  readonly clinical: {
    /** Its name, without folder. */
    readonly file: string;
    /** SHA-256 of the file. */
    readonly sha256: string;
    /** Rows of the table. */
    readonly patients: number;
  };
  /** The content of the folder of images. */
  readonly found: {
    /** Files looked at. */
    readonly files: number;
    /** NIfTI files. */
    readonly nifti: number;
    /** DICOM series of each modality, and the images in them; copies are counted apart. */
    readonly dicom: readonly FoundSeries[];
    /** DICOM files that hold the same image as another one. */
    readonly copies: number;
  };
  /** Files that are not an image of any patient, or were not needed. */
  readonly skipped: readonly {
    readonly reason: string;
    readonly files: number;
    /** The first few, relative to the folder of images. */
    readonly examples: readonly string[];
  }[];
  /** Patients with images of which none could be chosen. */
  readonly leftOut: readonly { readonly patient: string; readonly reason: string }[];
  /** Patients of the table without a CT. */
  readonly withoutImage: readonly string[];
  /** PatientIDs of CTs that are not in the table. */
  readonly withoutRow: readonly string[];
  /** Remarks on patients who were taken. */
  readonly remarks: readonly { readonly patient: string; readonly remark: string }[];
  /** Stages that TNM does not have or that are unknown; `clinical.csv` keeps them as written. */
  readonly oddStages: readonly OddStage[];
}

/** The DICOM series of one modality. */
export interface FoundSeries {
  /** "CT", "SEG", "RTSTRUCT" and so on. */
  readonly modality: string;
  /** Number of series. */
  readonly series: number;
  /** Number of images in these series; copies are not counted. */
  readonly images: number;
}

const text = z.string();
const count = z.int().nonnegative();

/** Schema of {@linkcode ImportRecord} in a `cohort.json`. */
export const importRecordSchema: z.ZodType<ImportRecord> = z.strictObject({
  version: text,
  clinical: z.strictObject({ file: text, sha256: text, patients: count }),
  found: z.strictObject({
    files: count,
    nifti: count,
    dicom: z.array(z.strictObject({ modality: text, series: count, images: count })),
    copies: count,
  }),
  skipped: z.array(z.strictObject({ reason: text, files: count, examples: z.array(text) })),
  leftOut: z.array(z.strictObject({ patient: text, reason: text })),
  withoutImage: z.array(text),
  withoutRow: z.array(text),
  remarks: z.array(z.strictObject({ patient: text, remark: text })),
  oddStages: z.array(z.strictObject({ patient: text, column: text, value: text.nullable() })),
});

/**
 * Entries of a manifest that say where the images are. Paths are relative if the images lie in the cohort's folder or
 * in the one that holds it, because they can move together then. Otherwise they are absolute.
 *
 * @param dir The cohort's folder. It is made if it does not exist, so that links on the way to it count.
 * @param root The folder that the plan's paths are relative to.
 */
export async function referTo(dir: string, root: string, patients: readonly PlannedPatient[]): Promise<ImageEntry[]> {
  await Deno.mkdir(dir, { recursive: true });
  const [cohort, images] = await Promise.all([Deno.realPath(dir), Deno.realPath(root)]);
  const locate = (path: string) => {
    const whole = join(images, path);
    const parts = relative(cohort, whole).split(sep);
    return isAbsolute(parts.join(sep)) || parts[1] === ".." ? whole : parts.join("/");
  };
  return patients.map(({ path, series, segmentations }) => ({
    path: locate(path),
    ...series !== undefined && { series },
    ...segmentations.length > 0 &&
      { segmentations: segmentations.map(({ kind, path }) => ({ kind, path: locate(path) })) },
  }));
}

/** Where a series lies. Folders are relative to the scanned one; "." is that itself. */
export interface SeriesFolder {
  readonly folder: string;
  /** The files of the series to read: one per instance. */
  readonly files: readonly string[];
}

/**
 * The folder that holds a whole series. For a series that was downloaded twice it is the first by name; for one that is
 * scattered it is the nearest folder above all of it.
 */
export function seriesFolder({ instances }: ScannedSeries): SeriesFolder {
  const holds = new Map<string, number>();
  for (const { paths } of instances) {
    for (const folder of new Set(paths.map(dirname))) holds.set(folder, (holds.get(folder) ?? 0) + 1);
  }
  const whole = [...holds].filter(([, count]) => count === instances.length).map(([folder]) => folder).sort()[0];
  const files = instances.map(({ paths }) => paths.find((path) => dirname(path) === whole) ?? paths[0]!);
  return { folder: whole ?? commonFolder(files.map(dirname)), files };
}

function commonFolder(folders: readonly string[]): string {
  let [common] = folders.map((folder) => folder.split("/")) as [string[], ...string[][]];
  for (const folder of folders) {
    const parts = folder.split("/");
    const differs = common.findIndex((part, i) => part !== parts[i]);
    if (differs !== -1) common = common.slice(0, differs);
  }
  return common.join("/") || ".";
}
