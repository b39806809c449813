import { join, resolve } from "node:path";
import { InputError } from "@ctsurv/common/mod.ts";
import type { ImageEntry, SegmentationFile } from "./cohort_manifest.ts";
import { mustExist } from "./must_exist.ts";
import { refuseIfAny } from "./refuse_if_any.ts";

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
export async function locateImages(
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
      `${join(dir, "cohort.json")}: ${lost.length} of ${paths.length} images are not where they were when they were ` +
        `imported, the first ${lost[0]!.path} (${lost[0]!.id}). Put them back, or import them again from where they ` +
        "are now, into the same folder: deno task ctsurv import --help",
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
