import { z } from "zod";
import type { OddStage } from "./odd_stages.ts";

/** What an import found, took and left out. It holds no dates, so that the same import gives the same bytes. */
export interface ImportRecord {
  /** Version of ctsurv that imported. */
  readonly version: string;
  readonly clinical: {
    /** Its name, without folder. */
    readonly file: string;
    readonly sha256: string;
    readonly patients: number;
  };
  readonly found: {
    readonly files: number;
    readonly nifti: number;
    /** DICOM series of each modality, and the images in them; copies are counted apart. */
    readonly dicom: readonly FoundSeries[];
    /** DICOM files that hold the same image as another one. */
    readonly copies: number;
  };
  /** Files that are no images of anyone, or were not needed. */
  readonly skipped: readonly {
    readonly reason: string;
    readonly files: number;
    /** The first few, relative to the folder of images. */
    readonly examples: readonly string[];
  }[];
  /** Patients with images of whom none could be chosen. */
  readonly leftOut: readonly { readonly patient: string; readonly reason: string }[];
  /** Patients of the table without a CT. */
  readonly withoutImage: readonly string[];
  /** PatientIDs of CTs that are not in the table. */
  readonly withoutRow: readonly string[];
  /** What is worth knowing of patients who were taken. */
  readonly remarks: readonly { readonly patient: string; readonly remark: string }[];
  readonly oddStages: readonly OddStage[];
}

export interface FoundSeries {
  readonly modality: string;
  readonly series: number;
  readonly images: number;
}

const text = z.string();
const count = z.int().nonnegative();

/** Of {@linkcode ImportRecord} in a `cohort.json`. */
export const importRecordSchema: z.ZodType<ImportRecord> = z.strictObject({
  version: text,
  clinical: z.strictObject({ file: text, sha256: text, patients: count }),
  found: z.strictObject({
    files: count,
    nifti: count,
    dicom: z.array(z.strictObject({ modality: text, series: count, images: count })),
    copies: count,
  }),
  skipped: z.array(z.strictObject({ reason: text, files: count, examples: z.array(text) })),
  leftOut: z.array(z.strictObject({ patient: text, reason: text })),
  withoutImage: z.array(text),
  withoutRow: z.array(text),
  remarks: z.array(z.strictObject({ patient: text, remark: text })),
  oddStages: z.array(z.strictObject({ patient: text, column: text, value: text.nullable() })),
});
