/** Cohorts: their layout on disk, clinical table, exclusions and folds; and phantom cohorts, made from a seed. */
export { type ClinicalRecord, formatClinical, parseClinical } from "./clinical.ts";
export { type Cohort, type CohortPatient, openCohort } from "./cohort.ts";
export { type CohortManifest, parseCohortManifest, type PhantomOrigin } from "./cohort_manifest.ts";
export { type Csv, type CsvRow, parseCsv } from "./csv.ts";
export { stratifiedFolds } from "./folds.ts";
export { type Exclusion, lung1Exclusions } from "./lung1_exclusions.ts";
export { drawPatient, type PhantomPatient } from "./phantom/draw_patient.ts";
export { type EnsuredPhantom, ensurePhantom, type EnsurePhantomOptions } from "./phantom/ensure_phantom.ts";
export { phantomClaro } from "./phantom/phantom_claro.ts";
export { phantomLung1 } from "./phantom/phantom_lung1.ts";
export { type PhantomRisk, readPhantomRisk } from "./phantom/phantom_risk.ts";
export type { PhantomScanner, PhantomSpec } from "./phantom/phantom_spec.ts";
export { phantomSpecs } from "./phantom/phantom_specs.ts";
export { refuseIfAny } from "./refuse_if_any.ts";
