/**
 * Cohorts on disk: patients with a CT and a follow-up. A cohort is a folder with `cohort.json`, a clinical table and
 * images, or references to images.
 *
 * The rooms: `table`, which has a face of its own, reads clinical tables and encodes them as covariates. `import` makes
 * a cohort from downloaded CT. `phantom` makes synthetic cohorts, whose truth is known.
 *
 * The first calls to know: {@linkcode importCohort} and {@linkcode ensurePhantom} make a cohort, {@linkcode openCohort}
 * opens one, and {@linkcode readTumour} reads where a tumour is.
 *
 * @module
 */
export { type Cohort, type CohortPatient, type LocatedImages, openCohort } from "./cohort.ts";
export {
  type CohortManifest,
  type ImageEntry,
  parseCohortManifest,
  type PhantomOrigin,
  type SegmentationFile,
} from "./cohort_manifest.ts";
export type { FoundSeries, ImportRecord } from "./import/cohort_folder.ts";
export { importCohort, type ImportCohortOptions, type ImportedCohort } from "./import/import_cohort.ts";
export { readSeriesChoices } from "./import/read_series_choices.ts";
export type { OddStage } from "./import/odd_stages.ts";
export type { SkippedFiles } from "./import/scan_images.ts";
export { drawPatient, type PhantomPatient } from "./phantom/draw_patient.ts";
export type { PhantomTumour } from "./phantom/draw_tumour.ts";
export { type EnsuredPhantom, ensurePhantom, type EnsurePhantomOptions } from "./phantom/ensure_phantom.ts";
export { openPhantomLaw } from "./phantom/open_phantom_law.ts";
export {
  lawCohortName,
  lawInWords,
  lawPredictor,
  parsePhantomLaw,
  type PhantomLaw,
  phantomLaws,
} from "./phantom/phantom_law.ts";
export { type PhantomRisk, readPhantomRisk } from "./phantom/phantom_risk.ts";
export { type PhantomTumourTruth, readPhantomTumours } from "./phantom/phantom_tumours.ts";
export { phantomClaro, phantomLung1, type PhantomScanner, type PhantomSpec } from "./phantom/phantoms.ts";
export { type PhantomScan, renderPhantom } from "./phantom/render_phantom.ts";
export type { WritePatientsOptions } from "./phantom/write_patients.ts";
export { readTumour, type TumourMask } from "./read_tumour.ts";
export { type TumourSize, tumourSize } from "./tumour_size.ts";
