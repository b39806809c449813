import { join } from "node:path";
import { cachedActivations } from "./cached_activations.ts";
import type { CutEmbedder } from "./cut_embedder.ts";
import { embedCohort, type EmbedCohortOptions, type EmbeddedCohort, type PatientToEmbed } from "./embed_cohort.ts";
import type { FineTuningPatient } from "./fine_tuner.ts";

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
