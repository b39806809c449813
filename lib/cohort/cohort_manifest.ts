import { z } from "zod";
import { parseJsonFile } from "@ctsurv/base/mod.ts";
import { type ImportRecord, importRecordSchema } from "./import/cohort_folder.ts";
import type { Exclusion } from "./table/lung1_exclusions.ts";

/** `cohort.json`: what a cohort is and where it came from. */
export interface CohortManifest {
  /** Version of the layout on disk. */
  readonly format: 1;
  /** Name of the cohort in tables, figures and messages. */
  readonly name: string;
  /** Where the data comes from, such as the DOI of a collection. */
  readonly source: string;
  /** Licence of the data, such as "CC BY-NC 3.0". */
  readonly licence: string;
  /** Patients who are left out, with the reasons. */
  readonly exclusions: readonly Exclusion[];
  /**
   * mL of lung below which preprocessing refuses a scan of this cohort, for scans that show a part of the chest; absent
   * where it is the usual 300 mL.
   */
  readonly leastLung?: number | undefined;
  /** What an import took of each scan, such as `middle-5`; absent where it took all of it. */
  readonly slices?: string | undefined;
  /** All that it takes to make a phantom cohort again; absent for other cohorts. */
  readonly phantom?: PhantomOrigin | undefined;
  /** The images of each patient by PatientID. Without it they are in the cohort's folder `images`. */
  readonly images?: Readonly<Record<string, ImageEntry>> | undefined;
  /** What an import found and took; absent for other cohorts. */
  readonly import?: ImportRecord | undefined;
}

/** Where the images of a patient are. Paths are absolute, or relative to the cohort's folder. */
export interface ImageEntry {
  /** A NIfTI file, or the folder of a DICOM series. */
  readonly path: string;
  /** SeriesInstanceUID; only for DICOM. */
  readonly series?: string | undefined;
  /** SEG and RTSTRUCT files with structures of this scan. */
  readonly segmentations?: readonly SegmentationFile[] | undefined;
}

/** A DICOM file with outlines of the tumour, lungs and so on. */
export interface SegmentationFile {
  /** SEG holds masks, RTSTRUCT contours. */
  readonly kind: "SEG" | "RTSTRUCT";
  /** Absolute, or in `cohort.json` relative to the cohort's folder. */
  readonly path: string;
}

/** The recipe that a phantom cohort was made from. */
export interface PhantomOrigin {
  /** The `PhantomSpec` as it was when the cohort was made. */
  readonly spec: Readonly<Record<string, unknown>>;
  /** Seed of all random numbers. */
  readonly seed: number;
  /** Number of patients. */
  readonly patients: number;
  /**
   * The folder, relative to this one, with the images of the patients and the truth about where their tumours are. Only
   * where another law is given to the scans of another cohort.
   */
  readonly scans?: string | undefined;
}

const text = z.string().min(1);
const schema: z.ZodType<CohortManifest> = z.strictObject({
  format: z.literal(1),
  name: text,
  source: text,
  licence: text,
  exclusions: z.array(z.strictObject({ patient: text, reason: text })),
  leastLung: z.number().nonnegative().optional(),
  slices: text.optional(),
  phantom: z.strictObject({
    spec: z.record(z.string(), z.unknown()),
    seed: z.int(),
    patients: z.int().positive(),
    scans: text.optional(),
  }).optional(),
  images: z.record(
    text,
    z.strictObject({
      path: text,
      series: text.optional(),
      segmentations: z.array(z.strictObject({ kind: z.enum(["SEG", "RTSTRUCT"]), path: text })).optional(),
    }),
  ).optional(),
  import: importRecordSchema.optional(),
});

/**
 * Reads the text of a `cohort.json`.
 *
 * @param file The file's name in messages.
 * @throws {InputError} If it is not JSON, or a field is missing, wrong or unknown.
 *
 * @example
 * ```ts
 * import { parseCohortManifest } from "@ctsurv/ctsurv/cohort";
 * import { assertEquals } from "@std/assert";
 *
 * const text = `{
 *   "format": 1, "name": "Tiny", "source": "made up", "licence": "MIT",
 *   "exclusions": [{ "patient": "A", "reason": "CT slices are missing" }]
 * }`;
 * assertEquals(parseCohortManifest(text, "cohort.json").exclusions[0]?.patient, "A");
 * ```
 */
export function parseCohortManifest(text: string, file: string): CohortManifest {
  return parseJsonFile(text, file, schema, "a cohort");
}
