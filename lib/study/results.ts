import { join } from "node:path";
import { paperRow } from "@ctsurv/analysis/mod.ts";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import {
  type Displayable,
  type ModelResult,
  modelResult,
  readTable1,
  readTable2,
  table1,
  type Table1Result,
  table2,
  type Table2Result,
  table2Row,
  updateTable1,
  writeCrossValidation,
  writeTable2,
} from "@ctsurv/report/mod.ts";
import { concordanceInterval, concordanceTable, type PairedBootstrap } from "@ctsurv/survival/mod.ts";
import { type CrossValidation, toSurvivalPredictions } from "@ctsurv/training/mod.ts";
import { displayAs } from "./_facts.ts";
import type { FollowedPrediction, Study } from "./study.ts";
import type { StudyFeatures } from "./study_features.ts";

/**
 * Saves a cross-validation as `predictions/<model>.csv` and `cross_validation/<model>.json`, and its row of
 * `table1.json`, beside the rows that other notebooks made of this cohort and profile.
 *
 * @param model The paper's short name where the paper has the model, see `paper.table1`.
 */
export async function saveModel(
  study: Study,
  model: string,
  features: StudyFeatures,
  validation: CrossValidation,
): Promise<ModelResult> {
  const { cohort: { name, hash }, profile, folder } = study;
  const { weights, view, patients, deaths } = features;
  const provenance = await study.provenance(weights);
  await writeCrossValidation(folder, model, { ...validation, provenance });
  const title = paperRow(model)?.name ?? model;
  const row = modelResult(validation, { model, name: title, weights, view, provenance });
  const bestReachableCtd = await study.bestReachableCtd(features);
  await updateTable1(join(folder, "table1.json"), {
    kind: "table1",
    cohort: { name, hash, patients: patients.length, events: deaths, bestReachableCtd },
    profile: profile.name,
    models: [row],
  });
  return row;
}

/** Table 1 as it stands in the folder of results, or some of its rows. */
export interface ShownTable1 extends Displayable {
  /** All rows. */
  readonly all: Table1Result;
  /** The rows that are shown. */
  readonly rows: readonly ModelResult[];
}

/**
 * Reads Table 1 back from its file, and writes it as `table1.md` and `table1.csv`.
 *
 * @param models The rows to show. Default: all.
 * @throws {InputError} If there is no such file.
 */
export async function showTable1({ folder }: Study, models?: readonly string[]): Promise<ShownTable1> {
  const all = await readTable1(join(folder, "table1.json"));
  await writeAtomic(join(folder, "table1.md"), table1(all).markdown);
  await writeAtomic(join(folder, "table1.csv"), table1(all).csv);
  const rows = models ? all.models.filter(({ model }) => models.includes(model)) : all.models;
  return { all, rows, ...displayAs(table1({ ...all, models: [...rows] })) };
}

/** What a transfer from a source to a target cohort found. */
export interface Transfer {
  readonly source: Study;
  readonly sourceFeatures: StudyFeatures;
  readonly target: Study;
  readonly targetFeatures: StudyFeatures;
  /** Cross-validation on the target of new heads, and of heads that go on from the source's. */
  readonly newHead: CrossValidation;
  readonly fineTuned: CrossValidation;
  /** The source's head on the target's patients, not trained any further. */
  readonly asItIs: readonly FollowedPrediction[];
  /** Of the fine-tuned heads less the new ones; null where no pair can be compared. */
  readonly difference: PairedBootstrap | null;
}

/** Table 2 as it stands in the folder of results. */
export interface ShownTable2 extends Displayable {
  readonly result: Table2Result;
}

/**
 * Saves a transfer into the source's folder of results: both cross-validations as {@linkcode saveModel} saves them
 * (`new_head`, `fine_tuned_head`), `table2.json`, and, read back from that, `table2.md` and `table2.csv`.
 */
export async function saveTransfer(transfer: Transfer): Promise<ShownTable2> {
  const { source, sourceFeatures, target, targetFeatures, newHead, fineTuned, difference } = transfer;
  const { folder } = source;
  const provenance = await target.provenance(targetFeatures.weights);
  await writeCrossValidation(folder, "new_head", { ...newHead, provenance });
  await writeCrossValidation(folder, "fine_tuned_head", { ...fineTuned, provenance });
  const asItIs = toSurvivalPredictions(transfer.asItIs);
  const path = join(folder, "table2.json");
  await writeTable2(path, {
    kind: "table2",
    source: describe(source, sourceFeatures),
    target: {
      ...describe(target, targetFeatures),
      bestReachableCtd: await target.bestReachableCtd(targetFeatures),
    },
    profile: target.profile.name,
    rows: [
      table2Row("new", newHead),
      table2Row("source", fineTuned),
      table2Row("source, as it is", { pooled: concordanceTable(asItIs), interval: concordanceInterval(asItIs) }),
    ],
    difference,
    provenance: { ...provenance },
  });
  const result = await readTable2(path);
  await writeAtomic(join(folder, "table2.md"), table2(result).markdown);
  await writeAtomic(join(folder, "table2.csv"), table2(result).csv);
  return { result, ...displayAs(table2(result)) };
}

function describe({ cohort: { name, hash } }: Study, { patients, deaths }: StudyFeatures) {
  return { name, hash, patients: patients.length, events: deaths };
}
