import { InputError, type Progress } from "@ctsurv/base/mod.ts";
import type { Engine, HostTensor } from "@ctsurv/engine/mod.ts";
import type { LabelledPatient } from "@ctsurv/features/mod.ts";
import type { AggregationChoice, SurvivalHead, SurvivalHeadShape } from "@ctsurv/nn/mod.ts";
import {
  crossValidate,
  type CrossValidateOptions,
  type CrossValidation,
  fineTuner,
  type HeadTrainerOptions,
  parallelHeadTrainer,
  type Trainer,
} from "@ctsurv/training/mod.ts";
import type { Profile } from "./profile.ts";
import type { Protocol } from "./protocol/protocol.ts";
import { deepHitShape, refuseUnbuiltPair, softAttention, trainingSettings } from "./protocol/settings.ts";
import type { StudyFeatures } from "./study_features.ts";

/** How a head differs from the profile's and the protocol's. */
export interface StudyHeadOptions extends Partial<Omit<HeadTrainerOptions, "initialise">> {
  /** From slices to a patient. @default {the protocol's soft attention} */
  readonly aggregation?: AggregationChoice;
  /** For progress. @default {the backbone and the aggregation} */
  readonly title?: string;
}

/** Takes the heads of a cross-validation. */
export interface HeadsOfFolds {
  /** Is given the head of every fold, from 1; not where the final block is trained with it. */
  readonly onHead?: (fold: number, head: SurvivalHead<HostTensor>) => void;
}

/** What a study trains heads with. */
export interface HeadTraining {
  readonly profile: Profile;
  readonly protocol: Protocol;
  readonly engine: Engine;
  readonly progress: Progress;
}

/** The training of a head on some features: the protocol's and the profile's, with the given differences. */
export function trainingFor(
  { profile, protocol: { choices } }: Pick<HeadTraining, "profile" | "protocol">,
  { weights }: Pick<StudyFeatures, "weights">,
  { aggregation: _, title: __, ...options }: StudyHeadOptions,
): HeadTrainerOptions {
  const settings = trainingSettings(choices, { trained: weights.kind === "pretrained" });
  return { epochs: profile.epochs, ...settings, ...options };
}

/** The sizes and kinds of a head on some features. */
export function shapeFor(
  { protocol: { choices } }: Pick<HeadTraining, "protocol">,
  { patients: [first] }: Pick<StudyFeatures, "patients">,
  { aggregation = softAttention(choices) }: StudyHeadOptions,
): SurvivalHeadShape & { readonly aggregation: AggregationChoice } {
  return { backboneFeatures: first!.features.length / first!.slices, aggregation, ...deepHitShape(choices) };
}

/** Cross-validates heads on features, and the backbone's final block with them if the protocol says so. */
export async function crossValidateHeads(
  study: HeadTraining,
  features: StudyFeatures,
  options: StudyHeadOptions,
  { onFold, onHead }: Pick<CrossValidateOptions, "onFold"> & HeadsOfFolds = {},
): Promise<CrossValidation> {
  const { engine, protocol: { choices } } = study;
  const training = trainingFor(study, features, options);
  const shape = shapeFor(study, features, options);
  const { backbone } = features;
  const title = options.title ?? `${backbone.architecture.title}, ${shape.aggregation.kind}`;
  const run = async <Patient extends LabelledPatient, Parameters>(
    trainer: Trainer<Patient, Parameters>,
    patients: readonly Patient[],
    onTrained?: (fold: number, parameters: Parameters) => void,
  ) => {
    const calls = { ...onFold && { onFold }, ...onTrained && { onTrained } };
    return await runFolds(study, trainer, patients, { title, epochs: training.epochs, ...calls });
  };
  if (choices.tune === "final-layer") {
    return await run(parallelHeadTrainer(engine, shape, training), features.patients, onHead);
  }
  refuseUnbuiltPair(choices, backbone.architecture);
  if (training.start ?? training.starts) {
    throw new InputError(
      "A head that was trained before cannot go on together with the final block: choose tune=final-layer",
    );
  }
  const patients = await features.activations();
  const { backboneFeatures: _, ...headShape } = shape;
  return await run(fineTuner(engine, backbone, headShape, { ...training, fineTuning: "final-block" }), patients);
}

/** How {@linkcode runFolds} shows how far it has come. */
export interface RunFoldsOptions<Parameters> extends Pick<CrossValidateOptions<Parameters>, "onFold" | "onTrained"> {
  /** Names the model. */
  readonly title: string;
  /** Epochs of a training; 0 for models that have none. */
  readonly epochs: number;
}

/** Cross-validates with the study's folds and shows progress; ends the trainer. */
export async function runFolds<Patient extends LabelledPatient, Parameters>(
  { profile, protocol: { choices }, progress }: Omit<HeadTraining, "engine">,
  trainer: Trainer<Patient, Parameters>,
  patients: readonly Patient[],
  { title, epochs, onFold, onTrained }: RunFoldsOptions<Parameters>,
): Promise<CrossValidation> {
  const { folds } = profile;
  progress.start(epochs > 0 ? `${title}: epochs` : `${title}: folds`, folds * Math.max(epochs, 1));
  try {
    const validation = await crossValidate(trainer, patients, {
      folds,
      foldSeed: choices.foldSeed,
      variant: choices.ctd,
      onEpoch: () => progress.tick(),
      ...onTrained && { onTrained },
      async onFold(outcome) {
        if (epochs === 0) progress.tick();
        await onFold?.(outcome);
      },
    });
    const done = epochs > 0 ? `${title}: ${folds} folds of ${epochs} epochs` : `${title}: ${folds} folds`;
    progress.done([done, ...validation.messages ?? []].join("; "));
    return validation;
  } finally {
    await trainer.dispose();
  }
}
