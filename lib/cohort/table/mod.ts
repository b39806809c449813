/**
 * Tables: CSV as it is exported by other programs, the clinical table of a cohort, and its encoding as covariates. This
 * room of `cohort` reads no images, so that a program about outcomes alone loads none of the readers of CT.
 *
 * The first calls to know: {@linkcode readCsv} reads any CSV, {@linkcode parseClinical} a clinical table,
 * {@linkcode readMeasurements} a table of features, and {@linkcode clinicalEncoding} learns how to turn their rows into
 * covariates.
 *
 * @module
 */
export { type ClinicalRecord, parseClinical } from "./clinical.ts";
export { type ClinicalColumns, parseClinicalColumns } from "./clinical_columns.ts";
export {
  type AgeEncoding,
  type CategoryEncoding,
  clinicalCovariates,
  type ClinicalEncoding,
  clinicalEncoding,
  type ClinicalEncodingOptions,
  encodeClinical,
  type Level,
  type MergedSpellings,
  mergedSpellings,
  type NumberEncoding,
  usualCovariates,
} from "./clinical_encoding.ts";
export {
  CLINICAL_COVARIATES,
  type ClinicalCovariate,
  COVARIATE_SETS,
  covariateNames,
  isClinicalCovariate,
  type MeasuredRecord,
} from "./covariates.ts";
export { type Csv, type CsvRow, parseCsv } from "./csv.ts";
export { type Exclusion, LUNG1_EXCLUSIONS } from "./lung1_exclusions.ts";
export { type Measurements, type MeasurementsOptions, readMeasurements } from "./measurements.ts";
export { refuseIfAny, requireColumns } from "./problems.ts";
export { readCsv, readTable, type TableFile } from "./read_table.ts";
