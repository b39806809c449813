import { join } from "node:path";
import { DiskFullError, InputError, type Progress } from "@ctsurv/base/mod.ts";
import type { ClinicalRecord } from "@ctsurv/cohort/mod.ts";
import type { CachedSlices, LungSegmenter } from "@ctsurv/imaging/mod.ts";
import type { Backbone } from "@ctsurv/nn/mod.ts";
import { censorAt, daysToMonths, type FollowUp } from "@ctsurv/survival/mod.ts";
import type { FineTuningPatient, LabelledPatient, TrainingPatient } from "@ctsurv/training/mod.ts";
import { cachedActivations } from "./cached_activations.ts";
import { cachedFeatures, type FeaturePrecision } from "./cached_features.ts";
import type { CutEmbedder, ViewEmbedder } from "./feature_extractor.ts";
import { type PatientView, type ViewedPatient, viewPatient } from "./patient_view.ts";
import { preparedSlices, type ScanToPrepare } from "./slice_queue.ts";

/** A patient whose scan and follow-up are known. */
export interface PatientToEmbed extends ScanToPrepare {
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
export interface EmbeddedCohort<Patient> {
  readonly patients: readonly Patient[];
  readonly slices: readonly SliceFacts[];
  readonly skipped: readonly SkippedPatient[];
}

/** Options of {@linkcode embedCohort}. */
export interface EmbedCohortOptions {
  readonly backbone: Backbone;
  /** What the backbone sees of a patient, and the embedder is made for. @default {all slices} */
  readonly view?: PatientView;
  readonly segmenter: LungSegmenter;
  /** Where slices and features are kept between runs. */
  readonly cache: string;
  readonly progress?: Progress;
}

/** The paper predicts two years. */
export const horizonMonths = 24;

/** Months to death or last contact, censored at two years. */
export function followUp({ survivalDays, dead }: ClinicalRecord): FollowUp {
  return censorAt({ months: daysToMonths(survivalDays), event: dead ? 1 : 0 }, horizonMonths);
}

/**
 * Preprocesses a cohort and embeds it by `embed`, patient by patient. A patient whose scan cannot be used is left out
 * with the reason.
 *
 * @throws {InputError} If no patient is left, or the disk is full.
 */
async function embedCohort<Embedded extends object>(
  cohort: readonly PatientToEmbed[],
  { backbone, view, segmenter, cache, progress }: EmbedCohortOptions,
  embed: (viewed: ViewedPatient) => Promise<Embedded>,
): Promise<EmbeddedCohort<LabelledPatient & Embedded>> {
  const patients: (LabelledPatient & Embedded)[] = [];
  const slices: SliceFacts[] = [];
  const skipped: SkippedPatient[] = [];
  const { title, size } = backbone.architecture;
  const whole: PatientView = { kind: "slice", slices: "all", size };
  progress?.start(`${title}: patients preprocessed and embedded`, cohort.length);
  const prepared = preparedSlices(cohort, { segmenter, folder: join(cache, "slices") });
  try {
    for (const { id, record } of cohort) {
      try {
        const found = await prepared.next();
        const viewed = viewPatient(found, view ?? whole);
        patients.push({ id, ...await embed(viewed), followUp: followUp(record) });
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
  progress?.done(`${title}: ${patients.length} of ${cohort.length} patients preprocessed and embedded`);
  if (patients.length === 0) {
    throw new InputError(`None of ${cohort.length} patients could be used. The first: ${skipped[0]?.reason ?? "none"}`);
  }
  return { patients, slices, skipped };
}

/** Options of {@linkcode cohortActivations}. */
export interface CohortActivationsOptions extends Omit<EmbedCohortOptions, "backbone"> {
  readonly embedder: CutEmbedder;
}

/**
 * Preprocesses a cohort and takes it to the cut before the backbone's final block, for fine-tuning; as `cohortFeatures`
 * otherwise. The activations stay in files of the cache: of EfficientNet-B0 18 kB for a slice, of ViT-B/16 300 kB.
 *
 * @throws {InputError} If no patient is left.
 */
export async function cohortActivations(
  cohort: readonly PatientToEmbed[],
  { embedder, ...options }: CohortActivationsOptions,
): Promise<EmbeddedCohort<FineTuningPatient>> {
  const folder = join(options.cache, "activations");
  return await embedCohort(cohort, { ...options, backbone: embedder.backbone }, async (viewed) => ({
    activations: await cachedActivations(embedder, viewed, folder),
  }));
}

/** A cohort as features. */
export type CohortFeatures = EmbeddedCohort<TrainingPatient>;

/** Options of {@linkcode cohortFeatures}. */
export interface CohortFeaturesOptions extends EmbedCohortOptions {
  readonly embedder: Pick<ViewEmbedder, "embed">;
  /** @default {"float32"} */
  readonly precision?: FeaturePrecision;
}

/**
 * Preprocesses and embeds a cohort, patient by patient. What was done before, with the same images, settings and
 * weights, is read from the cache, so that an interrupted run goes on where it was. A patient whose scan cannot be used
 * is left out with the reason.
 *
 * @throws {InputError} If no patient is left.
 */
export async function cohortFeatures(
  cohort: readonly PatientToEmbed[],
  { embedder, precision = "float32", ...options }: CohortFeaturesOptions,
): Promise<CohortFeatures> {
  const folder = join(options.cache, "features");
  return await embedCohort(cohort, options, async (viewed) => ({
    features: await cachedFeatures(embedder, options.backbone, viewed, { folder, precision }),
    slices: viewed.count,
  }));
}
