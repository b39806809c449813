import { dirname, join } from "node:path";
import type { Progress } from "@ctsurv/base/mod.ts";
import type { ImageEntry } from "../cohort_manifest.ts";
import type { PlannedPatient } from "./_plan_import.ts";

/** A copy to make, from an absolute path to one relative to the cohort. */
interface Copy {
  readonly from: string;
  readonly to: string;
}

/** Where the copies of a patient's files go: paths relative to the cohort. */
export interface CopiedPatient {
  readonly entry: ImageEntry;
  readonly copies: readonly Copy[];
}

/**
 * Plans where a patient's files are copied to: `images/<PatientID>.nii.gz`, or `images/<PatientID>/00001.dcm` and so on
 * in the order of their SOPInstanceUIDs, and beside them `segmentations/<PatientID>/SEG-1.dcm`.
 *
 * @param root The folder that the plan's paths are relative to.
 */
export function planCopies(root: string, { patient, series, files, segmentations }: PlannedPatient): CopiedPatient {
  const ending = /\.nii(\.gz)?$/i.exec(files[0]!)?.[0].toLowerCase();
  const path = series === undefined ? `images/${patient}${ending}` : `images/${patient}`;
  const images = files.map((file, i) => ({
    from: join(root, file),
    to: series === undefined ? path : `${path}/${String(i + 1).padStart(5, "0")}.dcm`,
  }));
  const outlines = segmentations.map(({ kind, path }, i) => ({
    kind,
    from: join(root, path),
    to: `segmentations/${patient}/${kind}-${i + 1}.dcm`,
  }));
  return {
    entry: {
      path,
      ...series !== undefined && { series },
      ...outlines.length > 0 && { segmentations: outlines.map(({ kind, to }) => ({ kind, path: to })) },
    },
    copies: [...images, ...outlines],
  };
}

/** Copies files into a cohort. Files that an earlier run copied whole, told by size and time, are kept. */
export async function copyImages(dir: string, copies: readonly Copy[], progress?: Progress): Promise<void> {
  progress?.start("Files copied", copies.length);
  const wanted = Map.groupBy(copies, ({ to }) => dirname(to));
  for (const [folder, files] of wanted) {
    if (folder !== "images") await removeOthers(join(dir, folder), files);
    await Deno.mkdir(join(dir, folder), { recursive: true });
    for (const { from, to } of files) {
      await copyOnce(from, join(dir, to));
      progress?.tick();
    }
  }
  progress?.done(`${copies.length} files copied`);
}

/** A patient's folder must hold nothing but the patient's files. */
async function removeOthers(folder: string, files: readonly Copy[]): Promise<void> {
  const names = new Set(files.map(({ to }) => to.slice(to.lastIndexOf("/") + 1)));
  const there = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
  for (const { name } of there) if (!names.has(name)) await Deno.remove(join(folder, name), { recursive: true });
}

async function copyOnce(from: string, to: string): Promise<void> {
  const [source, target] = await Promise.all([Deno.stat(from), Deno.stat(to).catch(() => undefined)]);
  if (target?.size === source.size && target.mtime?.getTime() === source.mtime?.getTime()) return;
  const temporary = `${to}.partial`;
  await Deno.copyFile(from, temporary);
  if (source.mtime) await Deno.utime(temporary, source.mtime, source.mtime);
  await Deno.rename(temporary, to);
}
