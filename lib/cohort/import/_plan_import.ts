import { InputError } from "@ctsurv/base/mod.ts";
import type { SeriesRule } from "@ctsurv/imaging/mod.ts";
import type { ClinicalRecord } from "../table/clinical.ts";
import { chooseScan, type ChosenScan, niftiStem } from "./_choose_scan.ts";
import { describeFound, fileCounter, type FoundSegmentation, segmentationFinder, unusedFiles } from "./_found.ts";
import { type ImportRecord, seriesFolder } from "./cohort_folder.ts";
import type { ScannedImages, ScannedSeries, SkippedFiles } from "./scan_images.ts";

/** A patient's images as an import takes them. Paths are relative to the scanned folder. */
export interface PlannedPatient {
  readonly patient: string;
  /** A NIfTI file, or the folder of the DICOM series. */
  readonly path: string;
  /** SeriesInstanceUID, of DICOM. */
  readonly series?: string;
  /** The scan's own files, one per image. */
  readonly files: readonly string[];
  readonly segmentations: readonly FoundSegmentation[];
}

/** The images that an import will take, and its report on the rest. */
export interface ImportPlan
  extends Pick<ImportRecord, "found" | "leftOut" | "withoutImage" | "withoutRow" | "remarks"> {
  /** In the order of the clinical table. */
  readonly patients: readonly PlannedPatient[];
  readonly skipped: readonly SkippedFiles[];
}

export interface PlanImportOptions {
  /** Patients who are left out in any case. */
  readonly excluded: ReadonlySet<string>;
  /** The series, or the path of the NIfTI file, that the user chose for a patient. */
  readonly named: ReadonlyMap<string, string>;
  /** The same from a list, which may name patients who are not imported. */
  readonly listed: ReadonlyMap<string, string>;
  /** Rules that choose for patients with several series. */
  readonly rules: readonly SeriesRule[];
  /** Whether the images will be copied, each patient's to a folder of their own. */
  readonly copy: boolean;
}

/**
 * Joins a clinical table with the images that were found: each patient gets one scan, and the segmentations drawn on
 * it.
 *
 * @throws {InputError} If a choice names a patient who is not imported, or an image that the patient does not have.
 */
export function planImport(
  records: readonly ClinicalRecord[],
  scanned: ScannedImages,
  { excluded, named, listed, rules, copy }: PlanImportOptions,
): ImportPlan {
  const ids = new Set(records.map(({ patient }) => patient));
  for (const patient of named.keys()) {
    if (!ids.has(patient)) throw new InputError(`--series ${patient}=…: no such patient in the clinical table`);
    if (excluded.has(patient)) throw new InputError(`--series ${patient}=…: this patient is excluded from the cohort`);
  }
  const written = new Map([...ids].map((id) => [alike(id), id]));
  const ct = Map.groupBy(scanned.series.filter(isCt(scanned)), ({ patient }) => written.get(alike(patient)) ?? patient);
  const nifti = Map.groupBy(scanned.nifti, (path) => patientOfNifti(path, written));
  const patients: PlannedPatient[] = [];
  const leftOut: { patient: string; reason: string }[] = [];
  const withoutImage: string[] = [];
  const remarks: { patient: string; remark: string }[] = [];
  const filesIn = fileCounter(scanned);
  const segmentationsOf = segmentationFinder(scanned.series);
  for (const patient of [...ids].filter((id) => !excluded.has(id))) {
    const images = { ct: ct.get(patient) ?? [], nifti: nifti.get(patient) ?? [] };
    const choice = chooseScan(patient, images, { name: named.get(patient) ?? listed.get(patient), rules });
    if (!choice) withoutImage.push(patient);
    else if ("leftOut" in choice) leftOut.push({ patient, reason: choice.leftOut });
    else {
      const planned = planPatient(patient, choice.scan, segmentationsOf);
      patients.push(planned);
      const remark = (remark: string) => remarks.push({ patient, remark });
      choice.remarks.forEach(remark);
      if (choice.scan.kind === "dicom" && choice.scan.series.modality === "") {
        remark("the files do not say their Modality; they are taken for CT");
      }
      const others = filesIn(planned.path) - planned.files.length;
      if (!copy && planned.series !== undefined && others > planned.files.length) {
        remark(`${planned.files.length} slices lie among ${others} other files, so that reading is slow; --copy helps`);
      }
    }
  }
  const withoutRow = [...ct.keys()].filter((id) => !ids.has(id));
  const inLowerCase = new Map(withoutRow.toReversed().map((id) => [alike(id).toLowerCase(), id]));
  for (const patient of withoutImage) {
    const other = inLowerCase.get(alike(patient).toLowerCase());
    if (other) remarks.push({ patient, remark: `there is a CT of ${other}: write both alike` });
  }
  return {
    patients,
    leftOut,
    withoutImage,
    withoutRow,
    remarks,
    found: describeFound(scanned),
    skipped: [...scanned.skipped, ...unusedFiles(scanned, patients, nifti)],
  };
}

function planPatient(
  patient: string,
  scan: ChosenScan,
  segmentationsOf: ReturnType<typeof segmentationFinder>,
): PlannedPatient {
  if (scan.kind === "nifti") return { patient, path: scan.path, files: [scan.path], segmentations: [] };
  const { folder, files } = seriesFolder(scan.series);
  return { patient, path: folder, series: scan.series.uid, files, segmentations: segmentationsOf(scan.series) };
}

/** One text for names that look the same: macOS writes é as e and an accent in names of files. */
function alike(name: string): string {
  return name.normalize("NFC");
}

/** Whether a series is CT. Where no series of a patient is, those that do not say their modality are taken for CT. */
function isCt({ series }: ScannedImages): (one: ScannedSeries) => boolean {
  const told = new Set(series.filter(({ modality }) => modality === "CT").map(({ patient }) => patient));
  return ({ patient, modality }) => modality === "CT" || modality === "" && !told.has(patient);
}

/** The patient whose name a NIfTI file has, or else the nearest folder around it. */
function patientOfNifti(path: string, written: ReadonlyMap<string, string>): string | undefined {
  const names = [niftiStem(path), ...path.split("/").slice(0, -1).toReversed()].map(alike);
  return written.get(names.find((name) => written.has(name)) ?? "");
}
