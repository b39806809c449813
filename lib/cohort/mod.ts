/** Cohorts: the clinical table, who is left out and why, and the folds of a cross-validation. */
export { type ClinicalRecord, formatClinical, parseClinical } from "./clinical.ts";
export { type Csv, type CsvRow, parseCsv } from "./csv.ts";
export { stratifiedFolds } from "./folds.ts";
export { type Exclusion, lung1Exclusions } from "./lung1_exclusions.ts";
export { refuseIfAny } from "./refuse_if_any.ts";
