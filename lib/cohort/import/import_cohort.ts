import project from "../../../deno.json" with { type: "json" };
import { basename, join, resolve } from "node:path";
import { InputError, type Progress, sha256 } from "@ctsurv/base/mod.ts";
import type { SeriesRule } from "@ctsurv/imaging/mod.ts";
import type { CohortManifest, ImageEntry } from "../cohort_manifest.ts";
import { type ClinicalRecord, formatClinical, parseClinical } from "../table/clinical.ts";
import { parseClinicalColumns } from "../table/clinical_columns.ts";
import { readTable } from "../table/read_table.ts";
import { type Exclusion, LUNG1_EXCLUSIONS } from "../table/lung1_exclusions.ts";
import { copyImages, planCopies } from "./_copy_images.ts";
import { LEAST_LUNG_OF_SLICES, type MiddleImages, type SliceChoice, writeMiddleImages } from "./_middle_images.ts";
import { type ImportPlan, planImport, type PlannedPatient } from "./_plan_import.ts";
import { type ImportRecord, referTo, refuseForeignCohort, writeCohort } from "./cohort_folder.ts";
import { oddStages } from "./odd_stages.ts";
import { scanImages, type SkippedFiles } from "./scan_images.ts";

/** Options of {@linkcode importCohort}. */
export interface ImportCohortOptions {
  /** Folder of images, as downloaded. */
  readonly images: string;
  /** The clinical table, CSV. */
  readonly clinical: string;
  /** Folder of the cohort: new, or an import to be replaced. */
  readonly output: string;
  /** Name of the cohort. Default: LUNG1 if the table is that collection's, else the name of the output folder. */
  readonly name?: string | undefined;
  /** A columns file, for a table with other columns than LUNG1's; see {@linkcode parseClinicalColumns}. */
  readonly columns?: string | undefined;
  /** Patient -> SeriesInstanceUID, or path of a NIfTI file within `images`, for patients with several scans. */
  readonly series?: ReadonlyMap<string, string>;
  /** The same from a list, which may name patients who are not imported; `series` comes before it. */
  readonly listedSeries?: ReadonlyMap<string, string>;
  /** Rules that choose for the patients with several CT series who are not in `series`; see `parseSeriesRules`. */
  readonly seriesRules?: readonly SeriesRule[];
  /** Patient -> reason, for patients who are left out in addition to the seven of LUNG1. */
  readonly exclude?: ReadonlyMap<string, string>;
  /**
   * Writes only these slices of each scan, at half the resolution, into the cohort's folder: `middle-5`, the five in the
   * middle by InstanceNumber. Segmentations are not taken then. Default: the whole scan.
   */
  readonly slices?: "middle-5" | undefined;
  /** mL of lung that preprocessing asks of a scan of this cohort. Default: the usual 300; of `slices` 20. */
  readonly leastLung?: number | undefined;
  /** Keeps the seven patients of LUNG1 that the paper leaves out. Default false. */
  readonly keepExcluded?: boolean;
  /** Copies the images, so that the cohort's folder holds everything. Default false: it refers to where they are. */
  readonly copy?: boolean;
  /** Told of headers read and files copied. */
  readonly progress?: Progress;
}

/** An imported cohort, for people to check. */
export interface ImportedCohort {
  /** Name of the cohort. */
  readonly name: string;
  /** Absolute path of its folder. */
  readonly dir: string;
  /** The patients with a scan, in the order of the table. */
  readonly patients: readonly string[];
  /** Number of segmentation files that were taken, by kind. */
  readonly segmentations: Readonly<Record<"SEG" | "RTSTRUCT", number>>;
  /** Patients of the table who are left out, with the reasons. */
  readonly excluded: readonly Exclusion[];
  /** The record of the import in `cohort.json`. */
  readonly record: ImportRecord;
  /** The skipped files of the record, with every file. */
  readonly skipped: readonly SkippedFiles[];
}

/** Examples of skipped files that `cohort.json` keeps. */
const EXAMPLES = 5;

/**
 * Makes a cohort from a clinical table and a folder of images. The images are DICOM series in any layout, told apart by
 * their headers, or NIfTI files named after their patients or in folders that are. For each patient it takes one CT,
 * and the SEG and RTSTRUCT files that were drawn on it. The same input gives the same bytes.
 *
 * @throws {InputError} If table, columns file or folder are missing or wrong, no patient has a scan, a choice fits no
 *   patient, or `output` holds something else.
 *
 * @example
 * ```ts
 * import { importCohort } from "@ctsurv/ctsurv/cohort";
 * import { writeNifti } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${folder}/table.csv`, "PatientID,Survival.time,deadstatus.event\nA,547,1\nB,1200,0\n");
 * await writeNifti(`${folder}/scans/A/ct.nii`, {
 *   data: Int16Array.of(-1000, 40),
 *   shape: [1, 1, 2],
 *   affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1],
 * });
 *
 * const { patients, record } = await importCohort({
 *   images: `${folder}/scans`,
 *   clinical: `${folder}/table.csv`,
 *   output: `${folder}/cohort`,
 * });
 * assertEquals(patients, ["A"]);
 * assertEquals(record.withoutImage, ["B"]);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function importCohort(options: ImportCohortOptions): Promise<ImportedCohort> {
  const { images, clinical, progress, series = new Map(), listedSeries = new Map(), seriesRules = [], slices } =
    options;
  const copy = options.copy === true || slices !== undefined;
  const dir = resolve(options.output);
  const records = await readRecords(clinical, options.columns);
  const excluded = exclusions(records, options);
  await refuseForeignCohort(dir, { copy });
  const own = copy ? [join(dir, "images"), join(dir, "segmentations")] : [];
  const scanned = await scanImages(resolve(images), { without: own, progress });
  const plan = planImport(records, scanned, {
    excluded: new Set(excluded.map(({ patient }) => patient)),
    named: series,
    listed: listedSeries,
    rules: seriesRules,
    copy,
  });
  if (plan.patients.length === 0) throw nobody(images, clinical, records, plan);

  const record = describeImport(plan, records, {
    file: basename(clinical),
    sha256: sha256(await Deno.readFile(clinical)),
  });
  const isLung1 = records.every(({ patient }) => /^LUNG1-\d{3}$/.test(patient));
  const name = options.name ?? (isLung1 ? "LUNG1" : basename(dir));
  const leastLung = options.leastLung ?? (slices === undefined ? undefined : LEAST_LUNG_OF_SLICES);
  let taken: TakenImages | undefined;
  await writeCohort(dir, {
    clinical: formatClinical(records),
    async writeImages() {
      taken = await takeImages(dir, scanned.root, plan.patients, { copy, slices, progress });
      if (taken.entries.length === 0) throw new InputError(`No scan can be used. ${taken.leftOut[0]?.reason}`);
      return {
        format: 1,
        name,
        ...origin(isLung1, clinical),
        exclusions: excluded,
        ...leastLung !== undefined && { leastLung },
        ...slices !== undefined && { slices },
        images: Object.fromEntries(taken.entries),
        import: recordWith(record, taken),
      };
    },
  });
  const { entries, leftOut, remarks } = taken!;
  const segmentations = slices === undefined ? plan.patients.flatMap(({ segmentations }) => segmentations) : [];
  const count = (wanted: string) => segmentations.filter(({ kind }) => kind === wanted).length;
  return {
    name,
    dir,
    patients: entries.map(([patient]) => patient),
    segmentations: { SEG: count("SEG"), RTSTRUCT: count("RTSTRUCT") },
    excluded,
    record: recordWith(record, { leftOut, remarks }),
    skipped: plan.skipped,
  };
}

/** The images that a cohort refers to or that were written into it. */
type TakenImages = MiddleImages;

async function takeImages(
  dir: string,
  root: string,
  patients: readonly PlannedPatient[],
  { copy, slices, progress }: {
    readonly copy: boolean;
    readonly slices: SliceChoice | undefined;
    readonly progress: Progress | undefined;
  },
): Promise<TakenImages> {
  if (slices !== undefined) return await writeMiddleImages(dir, { root, patients, slices, progress });
  const named = (entries: readonly ImageEntry[]) => ({
    entries: patients.map(({ patient }, i) => [patient, entries[i]!] as const),
    leftOut: [],
    remarks: [],
  });
  if (!copy) return named(await referTo(dir, root, patients));
  const copied = patients.map((patient) => planCopies(root, patient));
  await copyImages(dir, copied.flatMap(({ copies }) => copies), progress);
  return named(copied.map(({ entry }) => entry));
}

/** The record with what came to light when the images were taken. */
function recordWith(
  record: ImportRecord,
  { leftOut, remarks }: Pick<TakenImages, "leftOut" | "remarks">,
): ImportRecord {
  return { ...record, leftOut: [...record.leftOut, ...leftOut], remarks: [...record.remarks, ...remarks] };
}

async function readRecords(clinical: string, columns: string | undefined): Promise<ClinicalRecord[]> {
  const meaning = columns === undefined ? undefined : parseClinicalColumns(await readTable(columns), columns);
  return parseClinical(await readTable(clinical), clinical, meaning);
}

/** In the order of the table. */
function exclusions(
  records: readonly ClinicalRecord[],
  { exclude = new Map(), keepExcluded = false }: ImportCohortOptions,
): Exclusion[] {
  const known = new Set(records.map(({ patient }) => patient));
  for (const patient of exclude.keys()) {
    if (!known.has(patient)) throw new InputError(`--exclude ${patient}=…: no such patient in the clinical table`);
  }
  const reasons = new Map([
    ...keepExcluded ? [] : LUNG1_EXCLUSIONS.map(({ patient, reason }) => [patient, reason] as const),
    ...exclude,
  ]);
  return [...known].flatMap((patient) => {
    const reason = reasons.get(patient);
    return reason === undefined ? [] : [{ patient, reason }];
  });
}

function origin(isLung1: boolean, clinical: string): Pick<CohortManifest, "source" | "licence"> {
  if (!isLung1) return { source: `imported with ${basename(clinical)}`, licence: "not stated" };
  return {
    source: "NSCLC-Radiomics, The Cancer Imaging Archive, https://doi.org/10.7937/K9/TCIA.2015.PF0M9REI",
    licence: "CC BY-NC 3.0",
  };
}

function describeImport(
  plan: ImportPlan,
  records: readonly ClinicalRecord[],
  table: { readonly file: string; readonly sha256: string },
): ImportRecord {
  const { found, leftOut, withoutImage, withoutRow, remarks } = plan;
  return {
    version: project.version,
    clinical: { ...table, patients: records.length },
    found,
    skipped: plan.skipped.map(({ reason, files }) => ({
      reason,
      files: files.length,
      examples: files.slice(0, EXAMPLES),
    })),
    leftOut,
    withoutImage,
    withoutRow,
    remarks,
    oddStages: oddStages(records),
  };
}

/** The error for an import that found no patient, with facts that may explain it. */
function nobody(
  images: string,
  clinical: string,
  records: readonly ClinicalRecord[],
  { found, leftOut, withoutRow, skipped }: ImportPlan,
): InputError {
  const few = (names: readonly string[]) => names.slice(0, 5).join(", ") + (names.length > 5 ? ", …" : "");
  return new InputError([
    `No patient of ${clinical} has a CT in ${images}`,
    `patients of the table: ${few(records.map(({ patient }) => patient))}`,
    ...withoutRow.length > 0 ? [`PatientIDs of the CTs there: ${few(withoutRow)}`] : [],
    `${found.files} files looked at` + (found.nifti > 0 ? `, of them ${found.nifti} NIfTI` : ""),
    ...found.dicom.map(({ modality, series, images }) => `${modality}: ${series} series of ${images} images`),
    ...leftOut.map(({ patient, reason }) => `${patient} left out: ${reason}`),
    ...skipped.map(({ reason, files }) => `${files.length} skipped, ${reason}: ${few(files)}`),
  ].join("\n  "));
}
