import { InputError, type Progress } from "@ctsurv/base/mod.ts";
import type { Engine } from "@ctsurv/engine/mod.ts";
import type { LabelledPatient } from "@ctsurv/features/mod.ts";
import type { AggregationChoice, SurvivalHeadShape } from "@ctsurv/nn/mod.ts";
import {
  fineTuner,
  foldDoubts,
  type FoldOutcome,
  type HeadTrainerOptions,
  keepTrainings,
  type KeptTrainings,
  parallelHeadTrainer,
  type Trainer,
  trainFolds,
  type TrainFoldsOptions,
} from "@ctsurv/training/mod.ts";
import type { Profile } from "./profile.ts";
import type { Protocol } from "./protocol/protocol.ts";
import { deepHitShape, refuseUnbuiltPair, softAttention, trainingSettings } from "./protocol/settings.ts";
import type { StudyFeatures } from "./study_features.ts";

/** How a head differs from the profile's and the protocol's. */
export interface StudyHeadOptions extends Partial<Omit<HeadTrainerOptions, "initialise">> {
  /** From slices to a patient. @default {the protocol's soft attention} */
  readonly aggregation?: AggregationChoice;
  /** Hidden layers of DeepHit. @default {the paper's 10} */
  readonly layers?: number;
  /** For progress. @default {the backbone and the aggregation} */
  readonly title?: string;
}

/** What a study trains heads with. */
export interface HeadTraining {
  readonly profile: Profile;
  readonly protocol: Protocol;
  readonly engine: Engine;
  readonly progress: Progress;
  /** The folder of trained heads; undefined to train everything again. */
  readonly trainings: string | undefined;
}

/** The training of a head on some features: the protocol's and the profile's, with the given differences. */
export function trainingFor(
  { profile, protocol: { choices } }: Pick<HeadTraining, "profile" | "protocol">,
  { weights }: Pick<StudyFeatures, "weights">,
  { aggregation: _, layers: __, title: ___, ...options }: StudyHeadOptions,
): HeadTrainerOptions {
  const settings = trainingSettings(choices, { trained: weights.kind === "pretrained" });
  return { epochs: profile.epochs, ...settings, ...options };
}

/** The sizes and kinds of a head on some features. */
export function shapeFor(
  { protocol: { choices } }: Pick<HeadTraining, "protocol">,
  { patients: [first] }: Pick<StudyFeatures, "patients">,
  { aggregation = softAttention(choices), layers }: StudyHeadOptions,
): SurvivalHeadShape & { readonly aggregation: AggregationChoice } {
  return {
    backboneFeatures: first!.features.length / first!.slices,
    aggregation,
    ...deepHitShape(choices),
    ...layers !== undefined && { layers },
  };
}

/** How a training is shown. */
export interface TrainingTitle {
  /** Names the model. */
  readonly title: string;
  /** Epochs of a training; 0 for models that have none. */
  readonly epochs: number;
  /** Where its trainings are kept, and what they are; absent where they are not worth a file. */
  readonly kept?: KeptTrainings;
}

/** What is done with a trainer and its patients, whatever they are. */
export type UseTrainer<Result> = <Patient extends LabelledPatient, Parameters>(
  trainer: Trainer<Patient, Parameters>,
  patients: readonly Patient[],
  title: TrainingTitle,
) => Promise<Result>;

/** Makes a trainer of heads on features, and of the backbone's final block with them if the protocol says so. */
export async function withHeads<Result>(
  study: HeadTraining,
  features: StudyFeatures,
  options: StudyHeadOptions,
  use: UseTrainer<Result>,
): Promise<Result> {
  const { engine, protocol: { choices } } = study;
  const training = trainingFor(study, features, options);
  const shape = shapeFor(study, features, options);
  const { backbone } = features;
  const title = options.title ?? `${backbone.architecture.title}, ${shape.aggregation.kind}`;
  const about = { title, epochs: training.epochs, ...keptHeads(study, shape, training) };
  if (choices.tune === "final-layer") {
    return await withTrainer(parallelHeadTrainer(engine, shape, training), features.patients, about, use);
  }
  refuseUnbuiltPair(choices, backbone.architecture);
  if (training.start ?? training.starts) {
    throw new InputError(
      "A head that was trained before cannot go on together with the final block: choose tune=final-layer",
    );
  }
  const patients = await features.activations();
  const { backboneFeatures: _, ...headShape } = shape;
  const trainer = fineTuner(engine, backbone, headShape, { ...training, fineTuning: "final-block" });
  return await withTrainer(trainer, patients, about, use);
}

/** Where heads of a shape are kept. All else that they depend on are the patients and what is seen of them. */
export function keptHeads(
  { engine, protocol: { choices }, trainings }: Pick<HeadTraining, "engine" | "protocol" | "trainings">,
  shape: SurvivalHeadShape,
  training: HeadTrainerOptions,
): { readonly kept?: KeptTrainings } {
  if (trainings === undefined) return {};
  return { kept: { folder: trainings, identity: { engine: engine.description, tune: choices.tune, shape, training } } };
}

/** Uses a trainer, and ends it. */
export async function withTrainer<Patient extends LabelledPatient, Parameters, Result>(
  trainer: Trainer<Patient, Parameters>,
  patients: readonly Patient[],
  title: TrainingTitle,
  use: UseTrainer<Result>,
): Promise<Result> {
  try {
    return await use(trainer, patients, title);
  } finally {
    await trainer.dispose();
  }
}

/** Cross-validates with the study's folds, and shows progress. */
export async function runFolds<Patient extends LabelledPatient, Parameters>(
  { profile: { folds }, protocol: { choices }, progress }: Pick<HeadTraining, "profile" | "protocol" | "progress">,
  trainer: Trainer<Patient, Parameters>,
  patients: readonly Patient[],
  { title, epochs, kept, trainingPatients, onlyFold, onFold, onTrained }:
    & TrainingTitle
    & Pick<TrainFoldsOptions<Parameters>, "trainingPatients" | "onlyFold" | "onFold" | "onTrained">,
): Promise<readonly FoldOutcome[]> {
  const count = onlyFold === undefined ? folds : 1;
  progress.start(epochs > 0 ? `${title}: epochs` : `${title}: folds`, count * Math.max(epochs, 1));
  const outcomes = await trainFolds(keepTrainings(trainer, kept), patients, {
    folds,
    foldSeed: choices.foldSeed,
    variant: choices.ctd,
    onEpoch: () => progress.tick(),
    ...trainingPatients !== undefined && { trainingPatients },
    ...onlyFold !== undefined && { onlyFold },
    ...onTrained && { onTrained },
    async onFold(outcome) {
      if (epochs === 0) progress.tick();
      await onFold?.(outcome);
    },
  });
  const trained = onlyFold === undefined ? `${folds} folds` : `fold ${onlyFold} of ${folds}`;
  const done = epochs > 0 ? `${title}: ${trained} of ${epochs} epochs` : `${title}: ${trained}`;
  progress.done([done, ...foldDoubts(outcomes)].join("; "));
  return outcomes;
}
