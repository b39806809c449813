import type { LearningRateSchedule } from "@ctsurv/engine/mod.ts";
import type { PreprocessSettings } from "@ctsurv/imaging/mod.ts";
import type { AggregationChoice, SurvivalHeadShape } from "@ctsurv/nn/mod.ts";
import type { MonthRule } from "@ctsurv/survival/mod.ts";
import type { HeadTrainerOptions } from "@ctsurv/training/mod.ts";
import type { Choices } from "./choices.ts";

/** What `headTrainer` takes from a protocol; the epochs are the profile's. */
export type TrainingSettings = Omit<HeadTrainerOptions, "epochs" | "initialise" | "start" | "starts">;

/**
 * How heads are trained under a protocol.
 *
 * @param options.trained Whether the backbone's weights were ever trained.
 */
export function trainingSettings(choices: Choices, { trained }: { readonly trained: boolean }): TrainingSettings {
  const { batchSize, lastBatch, learningRate, weightDecay, dropout, embeddingDropout, seed } = choices;
  return {
    batchSize,
    lastBatch,
    learningRate,
    weightDecay,
    dropout,
    embeddingDropout,
    seed,
    labels: choices.labels,
    initialisation: choices.initialisation,
    scaleFeatures: choices.scaleFeatures === "all" || (choices.scaleFeatures === "untrained" && !trained),
    loss: {
      tail: choices.tail === "on",
      sigma: choices.sigma,
      rankReduction: choices.ranking,
      tiedCensored: choices.ties === "censored",
    },
    schedule: schedules[choices.schedule],
    ...choices.gradientClipping > 0 && { clipNorm: choices.gradientClipping },
    ...choices.selection === "validation" && { validation: { share: 0.1, variant: choices.ctd } },
  };
}

const schedules: Readonly<Record<Choices["schedule"], LearningRateSchedule>> = {
  constant: { kind: "constant" },
  cosine: { kind: "cosine" },
  "warm-up-restarts": { kind: "warm restarts", warmUp: 10, period: 10, factor: 2, lowest: 1e-6 },
};

/** The paper's soft attention, as a protocol has it. */
export function softAttention({ attention, attentionWidth }: Choices): AggregationChoice {
  return attention === "linear" ? { kind: attention } : { kind: attention, hidden: attentionWidth };
}

/** DeepHit as a protocol has it: five of its ten layers are shared, or none. */
export function deepHitShape({ deephit }: Choices): Pick<SurvivalHeadShape, "sharedLayers"> {
  return deephit === "shared" ? { sharedLayers: 5 } : {};
}

/** How scans become slices under a protocol, as far as it differs from the defaults. */
export function preprocessing({ interpolation, interior }: Choices): PreprocessSettings {
  return { interpolation, interior };
}

/** How days become months under a protocol. */
export function monthRule({ months }: Pick<Choices, "months">): MonthRule {
  return months === "authors" ? "authors" : "average";
}
