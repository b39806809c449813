import { InputError } from "@ctsurv/base/mod.ts";
import type { HostTensor } from "@ctsurv/engine/mod.ts";
import type { SurvivalHead } from "@ctsurv/nn/mod.ts";
import type { CrossValidation } from "@ctsurv/training/mod.ts";
import type { Study } from "../study.ts";
import type { StudyFeatures } from "../study_features.ts";
import type { StudyHeadOptions } from "../study_trainer.ts";

/** A cross-validation and the heads of its folds. */
export interface FoldHeads {
  /** The predictions, each by the head of a fold that did not see the patient. */
  readonly validation: CrossValidation;
  /**
   * The head that was trained without a patient.
   *
   * @throws {InputError} If the patient was not predicted.
   */
  headFor(patient: string): SurvivalHead<HostTensor>;
}

/**
 * Cross-validates and keeps the head of each fold, so that what a model does with a patient can be shown by a head that did
 * not see that patient. Trainings that are in the cache are read from there.
 *
 * @throws {InputError} If the protocol trains the backbone's final block too: its folds have no common features.
 */
export async function foldHeads(
  study: Study,
  features: StudyFeatures,
  options: StudyHeadOptions = {},
): Promise<FoldHeads> {
  if (study.protocol.choices.tune === "final-block") {
    throw new InputError(
      "With tune=final-block every fold has a backbone of its own, and their maps are not built: choose tune=final-layer",
    );
  }
  const heads = new Map<number, SurvivalHead<HostTensor>>();
  const validation = await study.crossValidate(features, { ...options, onHead: (fold, head) => heads.set(fold, head) });
  const folds = new Map(validation.predictions.map(({ id, fold }) => [id, fold]));
  return {
    validation,
    headFor(patient) {
      const fold = folds.get(patient);
      if (fold === undefined) throw new InputError(`${patient} is in no fold of this study`);
      return heads.get(fold)!;
    },
  };
}
