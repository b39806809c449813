import type { PlannedPatient } from "./_plan_import.ts";
import type { ImportRecord } from "./cohort_folder.ts";
import type { ScannedImages, ScannedSeries, SkippedFiles } from "./scan_images.ts";

/** A file with structures drawn on a CT. */
export interface FoundSegmentation {
  readonly kind: "SEG" | "RTSTRUCT";
  /** Relative to the scanned folder. */
  readonly path: string;
}

/**
 * Finds the SEG and RTSTRUCT files that refer to a CT series. Files without such a reference are not taken. The series are
 * sorted by patient once: a cohort of ten thousand has as many patients as series.
 */
export function segmentationFinder(all: readonly ScannedSeries[]): (ct: ScannedSeries) => FoundSegmentation[] {
  const ofPatient = Map.groupBy(all, ({ patient }) => patient);
  return ({ patient, uid }) =>
    (ofPatient.get(patient) ?? []).flatMap(({ modality: kind, refersTo, instances }) => {
      if (kind !== "SEG" && kind !== "RTSTRUCT" || !refersTo.includes(uid)) return [];
      return instances.map(({ paths }) => ({ kind, path: paths[0]! }));
    });
}

/** Counts the files that were found in a folder, and in those below it. */
export function fileCounter({ series, nifti, skipped }: ScannedImages): (folder: string) => number {
  const counts = new Map<string, number>();
  const count = (path: string) => {
    let folder = path;
    while (folder !== ".") {
      folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/"))) || ".";
      counts.set(folder, (counts.get(folder) ?? 0) + 1);
    }
  };
  for (const { instances } of series) for (const { paths } of instances) paths.forEach(count);
  nifti.forEach(count);
  for (const { files } of skipped) files.forEach(count);
  return (folder) => counts.get(folder) ?? 0;
}

/** How many files, series and images were found. */
export function describeFound({ files, series, nifti }: ScannedImages): ImportRecord["found"] {
  const images = (all: readonly ScannedSeries[]) => all.reduce((sum, { instances }) => sum + instances.length, 0);
  const stored = series.reduce((sum, one) => sum + one.instances.reduce((n, { paths }) => n + paths.length, 0), 0);
  const byModality = [...Map.groupBy(series, ({ modality }) => modality)].sort(([a], [b]) => a < b ? -1 : 1);
  return {
    files,
    nifti: nifti.length,
    dicom: byModality.map(([modality, all]) => ({
      modality: modality || "no modality",
      series: all.length,
      images: images(all),
    })),
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
