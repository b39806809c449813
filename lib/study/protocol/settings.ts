import { InputError } from "@ctsurv/base/mod.ts";
import type { CohortManifest } from "@ctsurv/cohort/mod.ts";
import type { LearningRateSchedule } from "@ctsurv/engine/mod.ts";
import type { Readout } from "@ctsurv/features/mod.ts";
import type { PreprocessSettings } from "@ctsurv/imaging/mod.ts";
import type { AggregationChoice, BackboneArchitecture, SurvivalHeadShape } from "@ctsurv/nn/mod.ts";
import type { SurvivalLossOptions } from "@ctsurv/survival/losses/mod.ts";
import type { MonthRule } from "@ctsurv/survival/mod.ts";
import type { HeadTrainerOptions } from "@ctsurv/training/mod.ts";
import type { Choices } from "./choices.ts";
import { protocols } from "./presets.ts";

/** What `headTrainer` takes from a protocol; the epochs are the profile's. */
export type TrainingSettings = Omit<HeadTrainerOptions, "epochs" | "initialise" | "start" | "starts">;

/**
 * How heads are trained under a protocol.
 *
 * @param options.trained Whether the backbone's weights are pretrained. Those of phantoms count as untrained: most of their
 *   scales are still those of the seed.
 */
export function trainingSettings(choices: Choices, { trained }: { readonly trained: boolean }): TrainingSettings {
  const { batchSize, lastBatch, learningRate, weightDecay, dropout, embeddingDropout, seed } = choices;
  const isScaled = choices.scaleFeatures === "all" || (choices.scaleFeatures === "untrained" && !trained);
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
    scaleFeatures: isScaled && choices.featureScale,
    loss: lossOf(choices),
    schedule: schedules[choices.schedule],
    ...choices.gradientClipping > 0 && { clipNorm: choices.gradientClipping },
    sliceOrder: choices.sliceOrder,
    ...choices.selection === "validation" && { validation: { share: 0.1, variant: choices.ctd } },
  };
}

/** The loss of a protocol, with the choices that it knows. */
export function lossOf({ loss, tail, sigma, ranking, ties }: Choices): SurvivalLossOptions {
  if (loss !== "deephit") return { kind: loss };
  return { tail: tail === "on", sigma, rankReduction: ranking, tiedCensored: ties === "censored" };
}

const schedules: Readonly<Record<Choices["schedule"], LearningRateSchedule>> = {
  constant: { kind: "constant" },
  cosine: { kind: "cosine" },
  "warm-up-restarts": { kind: "warm restarts", warmUp: 5, period: 10, factor: 2, lowest: 1e-6 },
};

/** The paper's soft attention, as a protocol has it. */
export function softAttention({ attention, attentionWidth }: Choices): AggregationChoice {
  return attention === "linear" ? { kind: attention } : { kind: attention, hidden: attentionWidth };
}

/** DeepHit as a protocol has it: five of its ten layers are shared, or none. */
export function deepHitShape({ deephit }: Choices): Pick<SurvivalHeadShape, "sharedLayers"> {
  return deephit === "shared" ? { sharedLayers: 5 } : {};
}

/** How scans become slices under a protocol, and what the cohort asks of them. */
export function preprocessing(
  { interpolation, interior, intensities }: Choices,
  { leastLung }: Pick<CohortManifest, "leastLung"> = {},
): PreprocessSettings {
  return {
    interpolation,
    interior,
    ...intensities === "z-score" && { clip: false },
    ...leastLung !== undefined && { leastLungVolume: leastLung },
  };
}

/** How days become months under a protocol. */
export function monthRule({ months }: Pick<Choices, "months">): MonthRule {
  return months === "authors" ? "authors" : "average";
}

/** Which output of a network its features are under a protocol. */
export function readoutOf(
  { readout }: Pick<Choices, "readout">,
  { features, penultimateFeatures }: Pick<BackboneArchitecture, "features" | "penultimateFeatures">,
): Readout {
  // Of the other networks both are the same numbers, which need not be computed twice.
  return readout === "penultimate" && features !== penultimateFeatures ? "penultimate" : "features";
}

/** Choices that only a head on a frozen backbone can be trained with. */
const HEAD_ONLY = ["intensities", "trunkMode", "schedule", "gradientClipping", "selection", "sliceOrder"] as const;

/**
 * Refuses choices that cannot be had together.
 *
 * @throws {InputError} With both, and what to choose.
 */
export function refuseUnbuiltPair(choices: Choices, architecture: BackboneArchitecture): void {
  if (choices.tune !== "final-block") return;
  const other = HEAD_ONLY.find((name) => choices[name] !== protocols.paper[name]) ??
    (readoutOf(choices, architecture) === "features" ? undefined : "readout");
  if (other === undefined) return;
  throw new InputError(
    `tune=final-block is not built together with ${other}=${choices[other]} for ${architecture.title}. ` +
      `Choose tune=final-layer or ${other}=${protocols.paper[other]}`,
  );
}
