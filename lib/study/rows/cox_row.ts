import { coxOnFeaturesTrainer, crossValidate, type CrossValidation, keepTrainings } from "@ctsurv/training/mod.ts";
import type { Study } from "../study.ts";
import type { StudyFeatures } from "../study_features.ts";

/**
 * Cross-validates Cox regression on the features of a row of Table 1, with the profile's folds: the mean over each
 * patient's slices, and a ridge that is chosen inside each fold. It is what the features give without a survival head,
 * to be read beside the row of the head. `coxCeiling` makes of it what `table1.json` keeps.
 *
 * @throws {InputError} If there are too few patients or deaths for the folds.
 */
export async function coxRow(
  { profile, protocol, progress, trainings }: Pick<Study, "profile" | "protocol" | "progress" | "trainings">,
  { backbone, patients }: Pick<StudyFeatures, "backbone" | "patients">,
): Promise<CrossValidation> {
  const { folds, foldSeed } = profile;
  const title = `${backbone.architecture.title}, Cox on the features`;
  progress.start(`${title}: folds`, folds);
  const options = { seed: foldSeed };
  const kept = trainings === undefined
    ? undefined
    : { folder: trainings, identity: { kind: "Cox on features", options } };
  const validation = await crossValidate(keepTrainings(coxOnFeaturesTrainer(options), kept), patients, {
    folds,
    foldSeed,
    variant: protocol.choices.ctd,
    onFold: () => progress.tick(),
  });
  progress.done(`${title}: ${folds} folds`);
  return validation;
}
