import { join } from "node:path";
import { paperRow } from "@ctsurv/analysis/mod.ts";
import { InputError } from "@ctsurv/base/mod.ts";
import {
  coxCeiling,
  type ModelResult,
  modelResult,
  readTable1,
  updateTable1,
  writeCrossValidation,
} from "@ctsurv/report/mod.ts";
import { type CrossValidation, formatPredictions } from "@ctsurv/training/mod.ts";
import { scansOf } from "../_facts.ts";
import { softAttention } from "../protocol/settings.ts";
import { coxRow } from "../rows/cox_row.ts";
import { findRow, rowNames } from "../rows/rows.ts";
import type { Study } from "../study.ts";
import type { StudyFeatures } from "../study_features.ts";

/**
 * Saves a cross-validation as `predictions/<model>.csv` and `cross_validation/<model>.json`, and its row of
 * `table1.json`, beside the rows that other notebooks made of this cohort and profile.
 *
 * @param model The paper's short name where the paper has the model, see `paper.table1`.
 * @param name The name for people. Default: the paper's, or else `model`.
 */
export async function saveRow(
  study: Study,
  model: string,
  features: StudyFeatures,
  validation: CrossValidation,
  name: string = paperRow(model)?.name ?? model,
): Promise<ModelResult> {
  const { cohort, profile, folder } = study;
  const { weights, view, patients, deaths } = features;
  const provenance = await study.provenance(weights);
  await writeCrossValidation(folder, model, { ...validation, provenance });
  const row = modelResult(validation, {
    model,
    name,
    weights,
    view: weights.kind === "external" ? { ...view, kind: "external" } : view,
    aggregation: aggregationOf(study, model, features),
    coxOnFeatures: await ceilingOf(study, features),
    scans: scansOf(features),
    provenance,
    variant: study.protocol.choices.ctd,
  });
  const bestReachableCtd = await study.bestReachableCtd(features);
  await updateTable1(join(folder, "table1.json"), {
    kind: "table1",
    cohort: { name: cohort.name, hash: cohort.hash, patients: patients.length, events: deaths, bestReachableCtd },
    profile: profile.name,
    protocol: study.protocol.name,
    models: [row],
  });
  return row;
}

/** A row that is there already is not computed again, and what a notebook shows must not depend on that. */
const silent: Study["progress"] = { start() {}, tick() {}, done() {} };

/** What Cox regression reaches on the features: of a row that was saved with the same ones, of the same scans, or computed. */
export async function ceilingOf(study: Study, features: StudyFeatures): Promise<ModelResult["coxOnFeatures"]> {
  const { cohort, protocol, folder } = study;
  const { weights, view, patients } = features;
  const scans = scansOf(features);
  const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
  const saved = await readTable1(join(folder, "table1.json")).catch(() => undefined);
  const isSame = saved?.cohort.hash === cohort.hash && saved.cohort.patients === patients.length &&
    saved.protocol === protocol.name;
  const known = isSame
    ? saved.models.find((row) =>
      row.scans === scans && same(row.weights, weights) && same(row.view, view) && row.coxOnFeatures
    )
    : undefined;
  if (known) return known.coxOnFeatures;
  try {
    return coxCeiling(await coxRow({ ...study, progress: silent }, features));
  } catch (error) {
    // A training fold with fewer than two deaths, as a cohort of a dozen patients can have.
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** How the slices of a row become a patient. */
function aggregationOf({ protocol }: Study, model: string, { view }: StudyFeatures): ModelResult["aggregation"] {
  if (view.kind === "volume") return "none";
  const named = rowNames.includes(model) ? findRow(model).aggregation : undefined;
  return (named ?? softAttention(protocol.choices)).kind;
}

/**
 * Checks that a cross-validation equals the one that another notebook left on file, to the last digit. If it does not,
 * the two have been run on different things, and their rows must not share a table.
 *
 * @returns What was found, for people.
 * @throws {InputError} If the predictions on file are others.
 */
export async function checkSameRun({ folder }: Study, model: string, run: CrossValidation): Promise<string> {
  const path = join(folder, "predictions", `${model}.csv`);
  const earlier = await Deno.readTextFile(path).catch(() => undefined);
  if (earlier === undefined) return `There is no ${model}.csv yet: nothing to compare with`;
  if (earlier === formatPredictions(run.predictions)) return "Every prediction equals the one on file";
  throw new InputError(`Not the predictions in ${path}: run notebook 2 again`);
}
