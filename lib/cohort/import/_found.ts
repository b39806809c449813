import type { PlannedPatient } from "./_plan_import.ts";
import { type ImportRecord, isWithin } from "./cohort_folder.ts";
import type { ScannedImages, ScannedSeries, SkippedFiles } from "./scan_images.ts";

/** A file with structures drawn on a CT. */
export interface FoundSegmentation {
  readonly kind: "SEG" | "RTSTRUCT";
  /** Relative to the scanned folder. */
  readonly path: string;
}

/** The SEG and RTSTRUCT files that refer to a CT series. Files without such a reference are not taken. */
export function findSegmentations(all: readonly ScannedSeries[], { patient, uid }: ScannedSeries): FoundSegmentation[] {
  return all.flatMap(({ patient: owner, modality: kind, refersTo, instances }) => {
    if (owner !== patient || kind !== "SEG" && kind !== "RTSTRUCT" || !refersTo.includes(uid)) return [];
    return instances.map(({ paths }) => ({ kind, path: paths[0]! }));
  });
}

/** Counts the files that were found in a folder, and in those below it. */
export function fileCounter({ series, nifti, skipped }: ScannedImages): (folder: string) => number {
  const paths = [
    ...series.flatMap(({ instances }) => instances.flatMap(({ paths }) => paths)),
    ...nifti,
    ...skipped.flatMap(({ files }) => files),
  ];
  const folders = new Map<string, number>();
  for (const path of paths) {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf("/"))) || ".";
    folders.set(folder, (folders.get(folder) ?? 0) + 1);
  }
  const entries = [...folders];
  return (wanted) =>
    entries.reduce(
      (sum, [folder, count]) => folder === wanted || isWithin(folder, wanted) ? sum + count : sum,
      0,
    );
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
