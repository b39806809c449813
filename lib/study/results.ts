import { join } from "node:path";
import { type ModelCost, modelCost, paperRow } from "@ctsurv/analysis/mod.ts";
import { InputError, writeAtomic } from "@ctsurv/base/mod.ts";
import { measureCost, type MeasuredCost, viewFor } from "@ctsurv/features/mod.ts";
import { backbones } from "@ctsurv/nn/mod.ts";
import {
  type AggregationResult,
  costTable,
  coxCeiling,
  type Displayable,
  type ModelResult,
  modelResult,
  readAggregation,
  readTable1,
  readTable2,
  type Table,
  table1,
  table1Comparisons,
  type Table1Result,
  table2,
  type Table2Result,
  table2Row,
  updateTable1,
  writeAggregation,
  writeCrossValidation,
  writeTable2,
} from "@ctsurv/report/mod.ts";
import {
  aucWithinFolds,
  concordanceInterval,
  concordanceTable,
  HORIZON_MONTHS,
  type PairedBootstrap,
  pairedBootstrap,
} from "@ctsurv/survival/mod.ts";
import { type CrossValidation, formatPredictions, toSurvivalPredictions } from "@ctsurv/training/mod.ts";
import { comparedCohort, displayAs, scansOf } from "./_facts.ts";
import { softAttention } from "./protocol/settings.ts";
import { coxRow } from "./rows/cox_row.ts";
import { findRow, rowNames } from "./rows/rows.ts";
import type { FollowedPrediction, Study } from "./study.ts";
import type { StudyFeatures } from "./study_features.ts";

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

/** Saves what notebook 3 finds beyond its rows of Table 1 as `aggregation.json`, and reads it back. */
export async function saveAggregation(
  study: Study,
  features: StudyFeatures,
  found: Pick<AggregationResult, "comparisons" | "seeds" | "attended" | "laws">,
): Promise<AggregationResult> {
  const path = join(study.folder, "aggregation.json");
  await writeAggregation(path, {
    kind: "aggregation",
    cohort: comparedCohort(study, features),
    profile: study.profile.name,
    ...found,
    provenance: await study.provenance(features.weights),
  });
  return await readAggregation(path);
}

/** Table 1 as it stands in the folder of results, or some of its rows. */
export interface ShownTable1 extends Displayable {
  /** All rows. */
  readonly all: Table1Result;
  /** The rows that are shown. */
  readonly rows: readonly ModelResult[];
  /** The proposal against the other rows; undefined before both are there. */
  readonly comparisons: Table | undefined;
}

/**
 * Reads Table 1 back from its file, and writes it as `table1.md` and `table1.csv`, and the comparisons with the
 * proposal as `table1_comparisons.md` and `.csv`.
 *
 * @param models The rows to show. Default: all.
 * @throws {InputError} If there is no such file.
 */
export async function showTable1({ folder }: Study, models?: readonly string[]): Promise<ShownTable1> {
  const all = await readTable1(join(folder, "table1.json"));
  await writeAtomic(join(folder, "table1.md"), table1(all).markdown);
  await writeAtomic(join(folder, "table1.csv"), table1(all).csv);
  const comparisons = table1Comparisons(all);
  if (comparisons) {
    await writeAtomic(join(folder, "table1_comparisons.md"), comparisons.markdown);
    await writeAtomic(join(folder, "table1_comparisons.csv"), comparisons.csv);
  }
  const rows = models ? all.models.filter(({ model }) => models.includes(model)) : all.models;
  return { all, rows, comparisons, ...displayAs(table1({ ...all, models: [...rows] })) };
}

/** What a transfer from a source to a target cohort found. */
export interface Transfer {
  /** The cohort that is learnt from. */
  readonly source: Study;
  /** The source's features. */
  readonly sourceFeatures: StudyFeatures;
  /** The cohort that is predicted. */
  readonly target: Study;
  /** The target's features, of the same backbone. */
  readonly targetFeatures: StudyFeatures;
  /** Cross-validation on the target of new heads. */
  readonly newHead: CrossValidation;
  /** Cross-validation on the target of heads that go on from the source's. */
  readonly fineTuned: CrossValidation;
  /** The source's head on the target's patients, not trained any further. */
  readonly asItIs: readonly FollowedPrediction[];
  /** Of the fine-tuned heads less the new ones, over all pairs; null where no pair can be compared. */
  readonly difference: PairedBootstrap | null;
  /** Both heads with fewer of the target's patients, see `transferBySize`. */
  readonly bySize?: Table2Result["bySize"];
  /** Both heads where survival depends on nothing. */
  readonly control?: Table2Result["control"];
}

/** Table 2 as it stands in the folder of results. */
export interface ShownTable2 extends Displayable {
  /** What the file holds. */
  readonly result: Table2Result;
}

/**
 * Saves a transfer into the source's folder of results: both cross-validations as {@linkcode saveRow} saves them
 * (`new_head`, `fine_tuned_head`), `table2.json`, and, read back from that, `table2.md` and `table2.csv`.
 */
export async function saveTransfer(transfer: Transfer): Promise<ShownTable2> {
  const { source, sourceFeatures, target, targetFeatures, newHead, fineTuned, difference } = transfer;
  const { folder } = source;
  const provenance = await target.provenance(targetFeatures.weights);
  await writeCrossValidation(folder, "new_head", { ...newHead, provenance });
  await writeCrossValidation(folder, "fine_tuned_head", { ...fineTuned, provenance });
  const asItIs = toSurvivalPredictions(transfer.asItIs);
  const { ctd: variant } = target.protocol.choices;
  const path = join(folder, "table2.json");
  await writeTable2(path, {
    kind: "table2",
    source: comparedCohort(source, sourceFeatures),
    target: {
      ...comparedCohort(target, targetFeatures),
      bestReachableCtd: await target.bestReachableCtd(targetFeatures),
    },
    profile: target.profile.name,
    ...transfer.bySize && { bySize: transfer.bySize },
    ...transfer.control && { control: transfer.control },
    rows: [
      table2Row("new", newHead, { variant }),
      table2Row("source", fineTuned, { variant }),
      table2Row("source, as it is", {
        pooled: concordanceTable(asItIs),
        interval: concordanceInterval(asItIs, { variant }),
        // One model predicts all: every pair is a pair of the same "fold".
        atHorizon: { auc: aucWithinFolds(asItIs, transfer.asItIs.map(() => 1), { time: HORIZON_MONTHS }) },
      }, { variant }),
    ],
    difference,
    differenceWithinFolds: pairedBootstrap(
      toSurvivalPredictions(fineTuned.predictions),
      toSurvivalPredictions(newHead.predictions),
      { folds: newHead.predictions.map(({ fold }) => fold) },
    ),
    provenance: { ...provenance },
  });
  const result = await readTable2(path);
  await writeAtomic(join(folder, "table2.md"), table2(result).markdown);
  await writeAtomic(join(folder, "table2.csv"), table2(result).csv);
  return { result, ...displayAs(table2(result)) };
}

/** What models cost, and the patient that they were counted on. */
export interface StudyCosts {
  /** Counted on the traced graph, and measured on this machine. */
  readonly costs: readonly (ModelCost & { readonly measured: MeasuredCost })[];
  /** The median of the patients' kept slices. */
  readonly slices: number;
}

/**
 * Counts and measures what backbones cost for a patient of this cohort, seen as the profile has it, and writes
 * `cost.json` and `cost.md`.
 *
 * @param features Whose patients and weights are meant.
 */
export async function saveCosts(
  study: Study,
  features: StudyFeatures,
  models: readonly string[],
): Promise<StudyCosts> {
  const { profile, progress, folder } = study;
  const counts = features.slices.map(({ kept }) => kept.length).sort((a, b) => a - b);
  const median = counts[counts.length >> 1]!;
  const { engine } = study.environment;
  const costs: (ModelCost & { readonly measured: MeasuredCost })[] = [];
  progress.start("Backbones measured", models.length);
  for (const model of models) {
    const { kind, slices, size } = viewFor(backbones[model]!, profile);
    const seen = { slices: slices === "all" ? median : slices, size };
    costs.push({
      ...modelCost(backbones[model]!, seen),
      measured: await measureCost({ model, kind, ...seen, engine }),
    });
    progress.tick();
  }
  progress.done(`${costs.length} backbones measured`);
  const provenance = await study.provenance(features.weights);
  await writeAtomic(join(folder, "cost.json"), JSON.stringify({ costs, provenance }, null, 2) + "\n");
  await writeAtomic(join(folder, "cost.md"), costTable(costs).markdown);
  return { costs, slices: median };
}
