import { InputError, keptValue, OutputError, sha256 } from "@ctsurv/base/mod.ts";
import { followUp, type LabelledPatient } from "@ctsurv/features/mod.ts";
import { findBackbone } from "@ctsurv/nn/mod.ts";
import {
  foldPath,
  type Provenance,
  removeOtherFolds,
  writeCrossValidation,
  writeFold,
  writeNull,
} from "@ctsurv/report/mod.ts";
import {
  assembleFolds,
  coxTrainer,
  type CrossValidation,
  type CtdSummaries,
  ctdSummaries,
  type FoldOutcome,
  keptEntries,
  type NullDistribution,
  nullDistribution,
  permuteOutcomes,
  type Trainer,
  trainFolds,
} from "@ctsurv/training/mod.ts";
import { monthRule, refuseUnbuiltPair } from "../protocol/settings.ts";
import { saveRow } from "../results/save_row.ts";
import { findRow, type StudyRow } from "./rows.ts";
import type { Study } from "../study.ts";
import type { StudyFeatures } from "../study_features.ts";
import { externalFeatures } from "../external/external_row.ts";
import { withFusion } from "../fusion/_with_fusion.ts";
import { runFolds, type TrainingTitle, withHeads, withTrainer } from "../study_trainer.ts";

/** Options of {@linkcode crossValidateRow}. */
export interface CrossValidateRowOptions {
  /** How often the whole is repeated with permuted outcomes. @default {0} */
  readonly permutations?: number;
  /** Of the clinical baseline and of late fusion: the ridge of the Cox regression, as in `fitCox`. @default {0} */
  readonly ridge?: number;
  /** How messages name a ridge that may help. @default {as an option of `ctsurv clinical`} */
  readonly ridgeName?: string;
}

/** A row that was cross-validated, and where chance lies for it. */
export interface CrossValidatedRow {
  /** Which row it is. */
  readonly row: StudyRow;
  /** Its cross-validation. */
  readonly validation: CrossValidation;
  /** Patients who were left out, and why. */
  readonly skipped: readonly { readonly patient: string; readonly reason: string }[];
  /** How it came to be. */
  readonly provenance: Provenance;
  /** Where chance lies; absent without permutations. */
  readonly chance?: NullDistribution;
  /** The ridge of its Cox regression; only of the clinical baseline and of late fusion. */
  readonly ridge?: number;
}

/**
 * Cross-validates one row of Table 1, or one beside it, and keeps it in the study's folder of results:
 * `folds/<model>/fold-01.json` and so on as soon as each fold is done, `predictions/<model>.csv`,
 * `cross_validation/<model>.json`, the row of `table1.json` (not of the clinical baseline, which has no weights), and
 * `null/<model>.json` where outcomes are permuted.
 *
 * @param model As in `paper.table1`, or `clinical`, `late_fusion` or `joint_fusion`; or what `externalRow` gives.
 * @throws {InputError} If there is no such row, no patient can be used, or a training fails.
 */
export async function crossValidateRow(
  study: Study,
  model: string | StudyRow,
  { permutations = 0, ridge = 0, ridgeName = "`ctsurv clinical --ridge 1`" }: CrossValidateRowOptions = {},
): Promise<CrossValidatedRow> {
  const row = typeof model === "string" ? findRow(model) : model;
  return await withRow(study, row, { ridge, ridgeName }, async ({ features, provenance }, ...given) => {
    const run = await runAndKeep({ study, row, provenance, permutations, ridge }, ...given);
    const fitted = { ...run.validation, ...ridge > 0 && { ridge } };
    if (features) await saveRow(study, row.model, features, fitted, row.name);
    else await writeCrossValidation(study.folder, row.model, { ...fitted, provenance });
    const isCox = !features || row.fusion === "late";
    return { row, ...run, skipped: features?.skipped ?? [], provenance, ...isCox && { ridge } };
  });
}

/** What a row is computed from. */
interface RowSource {
  /** The features of its backbone; undefined for the clinical baseline. */
  readonly features: StudyFeatures | undefined;
  readonly provenance: Provenance;
}

/** Makes the trainer and the patients of a row. */
async function withRow<Result>(
  study: Study,
  row: StudyRow,
  { ridge, ridgeName }: Required<Pick<CrossValidateRowOptions, "ridge" | "ridgeName">>,
  use: <Patient extends LabelledPatient, Parameters>(
    source: RowSource,
    trainer: Trainer<Patient, Parameters>,
    patients: readonly Patient[],
    title: TrainingTitle,
  ) => Promise<Result>,
): Promise<Result> {
  if (row.backbone === undefined && row.external === undefined) {
    const provenance = await study.provenance({ kind: "none", hash: "" });
    const months = monthRule(study.protocol.choices);
    const patients = study.cohort.patients.map(({ id, record }) => ({
      id,
      record,
      followUp: followUp(record, { months }),
    }));
    const source = { features: undefined, provenance };
    const title = { title: row.name, epochs: 0 };
    return await withTrainer(coxTrainer({ ridge, ridgeName }), patients, title, (...given) => use(source, ...given));
  }
  if (row.backbone !== undefined) refuseUnbuiltPair(study.protocol.choices, findBackbone(row.backbone));
  const features = row.backbone === undefined
    ? await externalFeatures(study, row.external!)
    : await study.features(row.backbone);
  const source = { features, provenance: await study.provenance(features.weights) };
  const head = { title: row.name, ...row.aggregation && { aggregation: row.aggregation } };
  if (row.fusion) {
    const options = { ...head, ridge, ridgeName };
    return await withFusion(study, row.fusion, features, options, (...given) => use(source, ...given));
  }
  return await withHeads(study, features, head, (...given) => use(source, ...given));
}

/** One fold of a row, which was trained alone. */
export interface TrainedFold {
  /** Which row it is. */
  readonly row: StudyRow;
  /** The fold's result and predictions. */
  readonly outcome: FoldOutcome;
  /** Its file. */
  readonly path: string;
}

/**
 * Trains one fold of a row, such as by one job of a cluster, and keeps it: as `folds/<model>/fold-01.json` of the study's
 * folder of results, and its head in the cache. `crossValidateRow` then takes it from there, and makes the row of all folds.
 *
 * @param model As for {@linkcode crossValidateRow}.
 * @param fold From 1.
 * @throws {InputError} For the reasons of {@linkcode crossValidateRow}, if there is no such fold, or trainings are not
 *   kept, so that this one would be lost.
 */
export async function trainRowFold(study: Study, model: string | StudyRow, fold: number): Promise<TrainedFold> {
  const row = typeof model === "string" ? findRow(model) : model;
  if (study.trainings === undefined) {
    throw new InputError("A fold alone is of use only if its head is kept: unset CTSURV_TRAININGS, or name a folder");
  }
  const { profile: { folds }, folder } = study;
  return await withRow(study, row, { ridge: 0, ridgeName: "" }, async ({ provenance }, trainer, patients, title) => {
    const [outcome] = await runFolds(study, trainer, patients, { ...title, onlyFold: fold });
    const key = keyOf(study, row.model, provenance, 0);
    await writeFold(folder, { kind: "fold", model: row.model, folds, key, ...outcome!, provenance });
    return { row, outcome: outcome!, path: foldPath(folder, row.model, fold) };
  });
}

interface RowToRun {
  readonly study: Study;
  readonly row: StudyRow;
  readonly provenance: Provenance;
  readonly permutations: number;
  readonly ridge?: number;
}

async function runAndKeep<Patient extends LabelledPatient, Parameters>(
  { study, row: { model }, provenance, permutations, ridge = 0 }: RowToRun,
  trainer: Trainer<Patient, Parameters>,
  patients: readonly Patient[],
  title: TrainingTitle,
): Promise<Pick<CrossValidatedRow, "validation" | "chance">> {
  const { folder, profile: { folds }, protocol: { choices: { ctd: variant } } } = study;
  const key = keyOf(study, model, provenance, ridge);
  await removeOtherFolds(folder, model, key);
  const outcomes = await runFolds(study, trainer, patients, {
    ...title,
    onFold: (outcome) => writeFold(folder, { kind: "fold", model, folds, key, ...outcome, provenance }),
  });
  const validation = assembleFolds(outcomes, patients.map(({ id }) => id), { variant });
  if (permutations === 0) return { validation };
  const { permuted, failed } = await permuteAll(study, trainer, patients, { ...title, permutations });
  const scores = nullDistribution(ctdSummaries(outcomes, variant), permuted);
  await writeNull(folder, { kind: "null", model, scores, permuted, failed, provenance });
  return { validation, chance: scores };
}

/** All that a fold's numbers depend on. */
function keyOf({ profile }: Study, model: string, { machine: _, ...made }: Provenance, ridge: number): string {
  const { epochs, folds, slices, volume } = profile;
  // Without a ridge the key is what it was before there was one.
  const penalty = ridge > 0 && { ridge };
  return sha256(JSON.stringify({ format: 1, model, epochs, folds, slices, volume, ...penalty, ...made }));
}

/** The whole cross-validation again, with outcomes dealt anew. A permutation that cannot be trained is left out. */
async function permuteAll<Patient extends LabelledPatient, Parameters>(
  { profile: { folds }, protocol: { choices }, progress }: Study,
  trainer: Trainer<Patient, Parameters>,
  patients: readonly Patient[],
  { title, kept, permutations }: TrainingTitle & { readonly permutations: number },
): Promise<{ readonly permuted: readonly CtdSummaries[]; readonly failed: readonly string[] }> {
  const permuted: CtdSummaries[] = [];
  const failed: string[] = [];
  const { foldSeed, ctd } = choices;
  const summaries = async (dealt: readonly Patient[]) =>
    ctdSummaries(await trainFolds(trainer, dealt, { folds, foldSeed, variant: ctd }), ctd);
  // Three numbers for each permutation: the heads of thousands of trainings would fill a disk.
  const entryOf = kept && keptEntries(kept);
  progress.start(`${title}: permutations`, permutations);
  for (let permutation = 1; permutation <= permutations; permutation++) {
    try {
      const dealt = permuteOutcomes(patients, permutation);
      const entry = entryOf?.(dealt, { folds, foldSeed, ctd });
      permuted.push(entry ? await keptValue(entry, () => summaries(dealt)) : await summaries(dealt));
    } catch (error) {
      if (!(error instanceof InputError) || error instanceof OutputError) throw error;
      failed.push(`Permutation ${permutation}: ${error.message}`);
    }
    progress.tick();
  }
  progress.done(`${title}: ${permuted.length} of ${permutations} permutations`);
  return { permuted, failed };
}
