/** Cohorts: their layout on disk, clinical table, exclusions and folds; and phantom cohorts, made from a seed. */
export { type ClinicalRecord, formatClinical, parseClinical } from "./clinical.ts";
export { type ClinicalColumns, parseClinicalColumns } from "./clinical_columns.ts";
export {
  type AgeEncoding,
  type CategoryEncoding,
  clinicalCovariates,
  type ClinicalEncoding,
  clinicalEncoding,
  type ClinicalEncodingOptions,
  encodeClinical,
} from "./clinical_encoding.ts";
export { type Cohort, type CohortPatient, openCohort } from "./cohort.ts";
export {
  type CohortManifest,
  type ImageEntry,
  parseCohortManifest,
  type PhantomOrigin,
  type SegmentationFile,
} from "./cohort_manifest.ts";
export { type Csv, type CsvRow, parseCsv } from "./csv.ts";
export { stratifiedFolds } from "./folds.ts";
export { importCohort, type ImportCohortOptions, type ImportedCohort } from "./import/import_cohort.ts";
export type { FoundSeries, ImportRecord } from "./import/import_record.ts";
export type { OddStage } from "./import/odd_stages.ts";
export type { SkippedFiles } from "./import/scan_images.ts";
export { type Exclusion, lung1Exclusions } from "./lung1_exclusions.ts";
export { drawPatient, type PhantomPatient } from "./phantom/draw_patient.ts";
export { type EnsuredPhantom, ensurePhantom, type EnsurePhantomOptions } from "./phantom/ensure_phantom.ts";
export { phantomClaro } from "./phantom/phantom_claro.ts";
export { phantomLung1 } from "./phantom/phantom_lung1.ts";
export { type PhantomRisk, readPhantomRisk } from "./phantom/phantom_risk.ts";
export type { PhantomScanner, PhantomSpec } from "./phantom/phantom_spec.ts";
export { phantomSpecs } from "./phantom/phantom_specs.ts";
export { type PhantomScan, renderPhantom } from "./phantom/render_phantom.ts";
export { refuseIfAny } from "./refuse_if_any.ts";
export { readTable } from "./read_table.ts";
export { readTumour, type Tumour } from "./read_tumour.ts";
