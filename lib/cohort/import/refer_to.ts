import { isAbsolute, join, relative, sep } from "node:path";
import type { ImageEntry } from "../cohort_manifest.ts";
import type { PlannedPatient } from "./plan_import.ts";

/**
 * Entries of a manifest that say where the images are: relative if they can move together with the cohort, because they
 * lie in its folder or in the one that holds it, else absolute.
 *
 * @param dir The cohort's folder, which is made if it is not there: links on the way to it count.
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
