import { z } from "zod";
import { parseJsonFile } from "@ctsurv/base/mod.ts";
import { type ImportRecord, importRecordSchema } from "./import/cohort_folder.ts";
import type { Exclusion } from "./table/lung1_exclusions.ts";

/** `cohort.json`: what a cohort is and where it came from. */
export interface CohortManifest {
  /** Version of the layout on disk. */
  readonly format: 1;
  readonly name: string;
  readonly source: string;
  readonly licence: string;
  readonly exclusions: readonly Exclusion[];
  /** Of phantom cohorts: all that it takes to make it again. */
  readonly phantom?: PhantomOrigin | undefined;
  /** Where each patient's images lie; without it they are in the cohort's folder `images`. */
  readonly images?: Readonly<Record<string, ImageEntry>> | undefined;
  /** Of imported cohorts: what was found and taken. */
  readonly import?: ImportRecord | undefined;
}

/** Where a patient's images lie. Paths are absolute, or relative to the cohort's folder. */
export interface ImageEntry {
  /** A NIfTI file, or the folder of a DICOM series. */
  readonly path: string;
  /** SeriesInstanceUID, of DICOM. */
  readonly series?: string | undefined;
  /** Files that outline structures on this scan. */
  readonly segmentations?: readonly SegmentationFile[] | undefined;
}

/** A DICOM file with outlines of the tumour, lungs and so on. */
export interface SegmentationFile {
  readonly kind: "SEG" | "RTSTRUCT";
  readonly path: string;
}

export interface PhantomOrigin {
  /** A `PhantomSpec`, as it was. */
  readonly spec: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly patients: number;
}

const text = z.string().min(1);
const schema: z.ZodType<CohortManifest> = z.strictObject({
  format: z.literal(1),
  name: text,
  source: text,
  licence: text,
  exclusions: z.array(z.strictObject({ patient: text, reason: text })),
  phantom: z.strictObject({ spec: z.record(z.string(), z.unknown()), seed: z.int(), patients: z.int().positive() })
    .optional(),
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
 * @param file How messages name it.
 * @throws {InputError} If it is no JSON, or a field is missing, wrong or unknown.
 */
export function parseCohortManifest(text: string, file: string): CohortManifest {
  return parseJsonFile(text, file, schema, "a cohort");
}
