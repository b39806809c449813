import { join } from "node:path";
import { DiskFullError, InputError, type Progress } from "@ctsurv/base/mod.ts";
import type { ClinicalRecord } from "@ctsurv/cohort/table/mod.ts";
import type { CachedSlices, LungSegmenter } from "@ctsurv/imaging/mod.ts";
import type { Backbone } from "@ctsurv/nn/mod.ts";
import { censorAt, daysToMonths, type FollowUp } from "@ctsurv/survival/mod.ts";
import { cachedActivations } from "./cached_activations.ts";
import { cachedFeatures, type FeaturePrecision } from "./cached_features.ts";
import type { ActivationExtractor, FeatureExtractor } from "./feature_extractor.ts";
import type { FineTuningPatient, LabelledPatient, TrainingPatient } from "./patient.ts";
import { takeView, type View, type ViewedSlices } from "./view.ts";
import { type ScanToPreprocess, sliceQueue } from "./slice_queue.ts";

/** A patient whose scan and follow-up are known. */
export interface ScannedPatient extends ScanToPreprocess {
  readonly record: ClinicalRecord;
}

/** A patient that was left out, and why. */
export interface SkippedPatient {
  readonly patient: string;
  readonly reason: string;
}

/** What preprocessing found, for tables and figures; `kept` are the slices that the backbone saw. */
export type SliceFacts = Omit<CachedSlices, "slices" | "isFromCache"> & { readonly patient: string };

/** A cohort as training sees it. */
export interface ExtractedCohort<Patient> {
  readonly patients: readonly Patient[];
  readonly slices: readonly SliceFacts[];
  readonly skipped: readonly SkippedPatient[];
}

/** Options of {@linkcode extractCohort}. */
export interface ExtractOptions {
  readonly backbone: Backbone;
  /** What the backbone sees of a patient, and the extractor is made for. @default {all slices} */
  readonly view?: View;
  readonly segmenter: LungSegmenter;
  /** Where slices and features are kept between runs. */
  readonly cache: string;
  readonly progress?: Progress;
}

/** The paper predicts two years. */
export const HORIZON_MONTHS = 24;

/** Months to death or last contact, censored at two years. */
export function followUp({ survivalDays, dead }: ClinicalRecord): FollowUp {
  return censorAt({ months: daysToMonths(survivalDays), event: dead ? 1 : 0 }, HORIZON_MONTHS);
}

/**
 * Preprocesses a cohort and applies `extract`, patient by patient. A patient whose scan cannot be used is left out
 * with the reason.
 *
 * @throws {InputError} If no patient is left, or the disk is full.
 */
async function extractCohort<Extracted extends object>(
  cohort: readonly ScannedPatient[],
  { backbone, view, segmenter, cache, progress }: ExtractOptions,
  extract: (viewed: ViewedSlices) => Promise<Extracted>,
): Promise<ExtractedCohort<LabelledPatient & Extracted>> {
  const patients: (LabelledPatient & Extracted)[] = [];
  const slices: SliceFacts[] = [];
  const skipped: SkippedPatient[] = [];
  const { title, size } = backbone.architecture;
  const whole: View = { kind: "slice", slices: "all", size };
  progress?.start(`${title}: features of patients`, cohort.length);
  const prepared = sliceQueue(cohort, { segmenter, folder: join(cache, "slices") });
  try {
    for (const { id, record } of cohort) {
      try {
        const found = await prepared.next();
        const viewed = takeView(found, view ?? whole);
        patients.push({ id, ...await extract(viewed), followUp: followUp(record) });
        const { slices: _pixels, isFromCache: _origin, ...facts } = found;
        slices.push({ ...facts, kept: viewed.seen.map((i) => found.kept[i]!), patient: id });
      } catch (error) {
        if (!(error instanceof InputError) || error instanceof DiskFullError) throw error;
        skipped.push({ patient: id, reason: error.message });
      }
      progress?.tick();
    }
  } finally {
    prepared.close();
  }
  progress?.done(`${title}: features of ${patients.length} of ${cohort.length} patients`);
  if (patients.length === 0) {
    throw new InputError(`None of ${cohort.length} patients could be used. The first: ${skipped[0]?.reason ?? "none"}`);
  }
  return { patients, slices, skipped };
}

/** Options of {@linkcode extractActivations}. */
export interface ExtractActivationsOptions extends Omit<ExtractOptions, "backbone"> {
  readonly extractor: ActivationExtractor;
}

/**
 * Preprocesses a cohort and takes it to the cut before the backbone's final block, for fine-tuning; as `extractFeatures`
 * otherwise. The activations stay in files of the cache: of EfficientNet-B0 18 kB for a slice, of ViT-B/16 300 kB.
 *
 * @throws {InputError} If no patient is left.
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

/** A cohort as features. */
export type CohortFeatures = ExtractedCohort<TrainingPatient>;

/** Options of {@linkcode extractFeatures}. */
export interface ExtractFeaturesOptions extends ExtractOptions {
  readonly extractor: Pick<FeatureExtractor, "extract">;
  /** @default {"float32"} */
  readonly precision?: FeaturePrecision;
}

/**
 * Preprocesses a cohort and extracts its features, patient by patient. What was done before, with the same images, settings and
 * weights, is read from the cache, so that an interrupted run goes on where it was. A patient whose scan cannot be used
 * is left out with the reason.
 *
 * @throws {InputError} If no patient is left.
 */
export async function extractFeatures(
  cohort: readonly ScannedPatient[],
  { extractor, precision = "float32", ...options }: ExtractFeaturesOptions,
): Promise<CohortFeatures> {
  const folder = join(options.cache, "features");
  return await extractCohort(cohort, options, async (viewed) => ({
    features: await cachedFeatures(extractor, options.backbone, viewed, { folder, precision }),
    slices: viewed.count,
  }));
}
