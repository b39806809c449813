import { join } from "node:path";
import { InputError, inSharedMemory, OutputError, type Progress } from "@ctsurv/base/mod.ts";
import type { ClinicalRecord } from "@ctsurv/cohort/table/mod.ts";
import type { CachedSlices, LungSegmenter, PreprocessSettings } from "@ctsurv/imaging/mod.ts";
import type { Backbone } from "@ctsurv/nn/mod.ts";
import { censorAt, daysToMonths, type FollowUp, HORIZON_MONTHS, type MonthRule } from "@ctsurv/survival/mod.ts";
import { cachedActivations } from "./cached_activations.ts";
import { cachedFeatures, type FeaturePrecision } from "./cached_features.ts";
import type { ActivationExtractor } from "./activation_extractor.ts";
import type { FeatureExtractor, FeatureExtractorOptions } from "./feature_extractor.ts";
import type { FineTuningPatient, LabelledPatient, TrainingPatient } from "./patient.ts";
import { type ScanToPreprocess, sliceQueue } from "./slice_queue.ts";
import { takeView, type View, type ViewedSlices } from "./view.ts";

/** A patient whose scan and follow-up are known. */
export interface ScannedPatient extends ScanToPreprocess {
  /** Row of the clinical table. */
  readonly record: ClinicalRecord;
}

/** A patient who was left out. */
export interface SkippedPatient {
  /** The patient's name. */
  readonly patient: string;
  /** Message of the error: what was wrong with the scan, and what to do. */
  readonly reason: string;
}

/** The facts of a patient's preprocessing, for tables and figures; `kept` are the slices that the backbone saw. */
export type SliceFacts = Omit<CachedSlices, "slices" | "isFromCache"> & { readonly patient: string };

/** No patient of those who were given can be used. */
export class NoUsablePatients extends InputError {
  /** All of them, with the reasons. */
  readonly skipped: readonly SkippedPatient[];

  /**
   * Says how many they are, and why the first cannot be used.
   *
   * @param skipped All patients.
   */
  constructor(skipped: readonly SkippedPatient[]) {
    super(`None of ${skipped.length} patients could be used. The first: ${skipped[0]?.reason ?? "none"}`);
    this.skipped = skipped;
  }
}

/** A cohort, ready for training. */
export interface ExtractedCohort<Patient> {
  /** The patients who can be used, in the order of the cohort. */
  readonly patients: readonly Patient[];
  /** Facts of the preprocessing of each of them, in the same order. */
  readonly slices: readonly SliceFacts[];
  /** The patients who were left out. */
  readonly skipped: readonly SkippedPatient[];
}

/** Options that {@linkcode extractFeatures} and {@linkcode extractActivations} share. */
export interface ExtractOptions {
  /** The frozen network. */
  readonly backbone: Backbone;
  /** Which slices of a patient the backbone sees; the extractor is made for the same view. @default {all slices} */
  readonly view?: View;
  /** Finds the lungs in a scan. */
  readonly segmenter: LungSegmenter;
  /** Folder where slices and features are kept between runs. */
  readonly cache: string;
  /** How scans become slices. @default {the paper's settings, see `defaultSettings`} */
  readonly settings?: PreprocessSettings;
  /** How days become months. @default {"average"} */
  readonly months?: MonthRule;
  /** Is told after each patient. */
  readonly progress?: Progress;
}

/**
 * Months to death or last contact, censored at two years. By the authors' rule a death in the whole month 24 counts.
 *
 * @example
 * ```ts
 * import type { ClinicalRecord } from "@ctsurv/ctsurv/cohort/table";
 * import { followUp } from "@ctsurv/ctsurv/features";
 * import { assertEquals } from "@std/assert";
 *
 * const unknown = { age: null, tStage: null, nStage: null, mStage: null, overallStage: null, histology: null };
 * const record: ClinicalRecord = { ...unknown, patient: "LUNG1-001", gender: null, survivalDays: 2165, dead: true };
 * assertEquals(followUp(record), { months: 24, event: 0 }); // died after 71 months
 * ```
 *
 * @throws {InputError} If the days are negative or not finite.
 */
export function followUp(
  { survivalDays, dead }: ClinicalRecord,
  { months: rule = "average" }: { readonly months?: MonthRule } = {},
): FollowUp {
  return censorAt({ months: daysToMonths(survivalDays, { rule }), event: dead ? 1 : 0 }, HORIZON_MONTHS);
}

/**
 * Preprocesses a cohort and applies `extract`, patient by patient. A patient whose scan cannot be used is left out, and
 * the reason is recorded.
 *
 * @throws {InputError} If no patient is left, or the disk is full.
 */
async function extractCohort<Extracted extends object>(
  cohort: readonly ScannedPatient[],
  { backbone, view, segmenter, cache, settings, months, progress }: ExtractOptions,
  extract: (viewed: ViewedSlices) => Promise<Extracted>,
): Promise<ExtractedCohort<LabelledPatient & Extracted>> {
  const patients: (LabelledPatient & Extracted)[] = [];
  const slices: SliceFacts[] = [];
  const skipped: SkippedPatient[] = [];
  const { title, size } = backbone.architecture;
  const whole: View = { kind: "slice", slices: "all", size };
  progress?.start(`${title}: features of patients`, cohort.length);
  const prepared = sliceQueue(cohort, { segmenter, folder: join(cache, "slices"), ...settings && { settings } });
  try {
    for (const { id, record } of cohort) {
      try {
        const found = await prepared.next();
        const viewed = takeView(found, view ?? whole);
        patients.push({ id, ...await extract(viewed), followUp: followUp(record, { ...months && { months } }) });
        const { slices: _pixels, isFromCache: _origin, ...facts } = found;
        slices.push({ ...facts, kept: viewed.seen.map((i) => found.kept[i]!), patient: id });
      } catch (error) {
        if (!(error instanceof InputError) || error instanceof OutputError) throw error;
        skipped.push({ patient: id, reason: error.message });
      }
      progress?.tick();
    }
  } finally {
    prepared.close();
  }
  progress?.done(`${title}: features of ${patients.length} of ${cohort.length} patients`);
  if (patients.length === 0) throw new NoUsablePatients(skipped);
  return { patients, slices, skipped };
}

/** Options of {@linkcode extractActivations}. */
export interface ExtractActivationsOptions extends Omit<ExtractOptions, "backbone"> {
  /** The frozen part of the backbone, made by `activationExtractor` for the same view. */
  readonly extractor: ActivationExtractor;
}

/**
 * Preprocesses a cohort and computes the activations at the cut before the backbone's final block, for fine-tuning.
 * Otherwise it does the same as {@linkcode extractFeatures}. The activations stay in files of the cache: 18 kB a slice
 * with EfficientNet-B0, 300 kB with ViT-B/16.
 *
 * @throws {InputError} If no patient can be used, or the disk is full.
 */
export async function extractActivations(
  cohort: readonly ScannedPatient[],
  { extractor, ...options }: ExtractActivationsOptions,
): Promise<ExtractedCohort<FineTuningPatient>> {
  const folder = join(options.cache, "activations");
  return await extractCohort(cohort, { ...options, backbone: extractor.backbone }, async (viewed) => ({
    activations: await cachedActivations(extractor, viewed, folder),
  }));
}

/** A cohort with the features of each patient. */
export type CohortFeatures = ExtractedCohort<TrainingPatient>;

/** Options of {@linkcode extractFeatures}. */
export interface ExtractFeaturesOptions extends ExtractOptions, FeatureExtractorOptions {
  /** The backbone, made ready by `featureExtractor` for the same view and with the same options. */
  readonly extractor: Pick<FeatureExtractor, "extract">;
  /** Precision of the features. @default {"float32"} */
  readonly precision?: FeaturePrecision;
}

/**
 * Preprocesses a cohort and extracts its features, patient by patient. Results for the same images, settings and
 * weights are read from the cache, so an interrupted run continues where it stopped. A patient whose scan cannot be
 * used is left out, and the reason is recorded.
 *
 * @throws {InputError} If no patient can be used, or the disk is full.
 */
export async function extractFeatures(
  cohort: readonly ScannedPatient[],
  { extractor, precision = "float32", at, intensities, ...options }: ExtractFeaturesOptions,
): Promise<CohortFeatures> {
  const folder = join(options.cache, "features");
  const cached = { folder, precision, ...at && { at }, ...intensities && { intensities } };
  return await extractCohort(cohort, options, async (viewed) => ({
    // Trainings on threads would otherwise hold all features of the cohort a second time.
    features: inSharedMemory(await cachedFeatures(extractor, options.backbone, viewed, cached)),
    slices: viewed.count,
  }));
}
