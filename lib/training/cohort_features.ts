import { join } from "node:path";
import { cachedFeatures, type FeaturePrecision } from "./cached_features.ts";
import { embedCohort, type EmbedCohortOptions, type EmbeddedCohort, type PatientToEmbed } from "./embed_cohort.ts";
import type { TrainingPatient } from "./training_patient.ts";
import type { ViewEmbedder } from "./view_embedder.ts";

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
