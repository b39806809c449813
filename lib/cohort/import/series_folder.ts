import { dirname } from "node:path/posix";
import type { ScannedSeries } from "./scan_images.ts";

/** Where a series lies. Folders are relative to the scanned one; "." is that itself. */
export interface SeriesFolder {
  readonly folder: string;
  /** The files of the series to read: one per instance. */
  readonly files: readonly string[];
}

/**
 * The folder that holds a whole series: of a series that was downloaded twice the first by name, of one that is
 * scattered the nearest that is above all of it.
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

/** Whether a path lies in a folder or in one below it; both relative. */
export function isWithin(path: string, folder: string): boolean {
  return folder === "." || path.startsWith(`${folder}/`);
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
