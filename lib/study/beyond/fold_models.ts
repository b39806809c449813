import { join } from "node:path";
import type { HostTensor } from "@ctsurv/engine/mod.ts";
import { ignoreNotFound, InputError } from "@ctsurv/base/mod.ts";
import type { SurvivalHead } from "@ctsurv/nn/mod.ts";
import { saveModel } from "@ctsurv/training/mod.ts";
import { modelPreprocessing, refuseUnkept } from "../protocol/kept_choices.ts";
import { findRow } from "../rows/rows.ts";
import type { Study } from "../study.ts";
import { shapeFor } from "../study_trainer.ts";

/**
 * Saves the model of every fold of a row, as `fold-01.safetensors` and so on: `ctsurv predict --model FOLDER` gives the mean
 * of their curves. Folds that are kept are not trained again.
 *
 * @param model As in `paper.table1`.
 * @returns The files.
 * @throws {InputError} If there is no such row or it has no images, the protocol trains the final block, or makes a choice
 *   that a model's file has no place for, or the folder holds models that would be averaged with these.
 */
export async function saveFoldModels(study: Study, model: string, folder: string): Promise<string[]> {
  const row = findRow(model);
  if (row.backbone === undefined) throw new InputError(`${row.model} has no images, and no model to save`);
  if (row.fusion) {
    throw new InputError("A model's file has no place for clinical covariates: name a row of images alone");
  }
  const { profile, protocol, cohort, segmenter } = study;
  const { choices } = protocol;
  const names = Array.from({ length: profile.folds }, (_, i) => `fold-${String(i + 1).padStart(2, "0")}.safetensors`);
  await refuseOtherModels(folder, names);
  if (choices.tune === "final-block") {
    throw new InputError("Models of folds are heads on a frozen backbone: choose tune=final-layer");
  }
  const features = await study.features(row.backbone);
  const { backbone, view, patients } = features;
  refuseUnkept(choices, backbone.architecture);
  const options = { ...row.aggregation && { aggregation: row.aggregation } };
  const heads: SurvivalHead<HostTensor>[] = [];
  const { predictions } = await study.crossValidate(features, {
    ...options,
    title: row.name,
    onHead: (fold, head) => heads[fold - 1] = head,
  });
  const { backboneFeatures: _, ...shape } = shapeFor(study, features, options);
  const files: string[] = [];
  for (const [i, head] of heads.entries()) {
    const trained = patients.filter((_, patient) => predictions[patient]!.fold !== i + 1);
    const path = join(folder, names[i]!);
    await saveModel(path, {
      backbone,
      view,
      ...modelPreprocessing(choices, cohort.manifest),
      shape,
      tail: choices.tail === "on",
      ...choices.loss !== "deephit" && { loss: choices.loss },
      head,
      trainedOn: {
        cohort: `${cohort.name} without fold ${i + 1} of ${heads.length}`,
        patients: trained.length,
        events: trained.filter(({ followUp }) => followUp.event === 1).length,
        profile: profile.name,
        protocol: protocol.name,
        epochs: profile.epochs,
        dropout: choices.dropout,
        segmenter: segmenter.name,
      },
    });
    files.push(path);
  }
  return files;
}

/** `predict --model FOLDER` takes every model there, and a run with fewer folds writes over only some of another's. */
async function refuseOtherModels(folder: string, own: readonly string[]): Promise<void> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name).catch(ignoreNotFound) ?? [];
  const other = names.sort().find((name) => name.endsWith(".safetensors") && !own.includes(name));
  if (other === undefined) return;
  throw new InputError(
    `${folder} holds ${other}, which is no model of these ${own.length} folds, and predict would average it with them. ` +
      "Name an empty folder, or move that file away",
  );
}
