import { z } from "zod";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import type { AucWithinFolds, CtdWithinFoldsEntry, PairedBootstrap, SurvivalLossName } from "@ctsurv/survival/mod.ts";
import { type ComparedCohort, comparedCohortSchema } from "../compared_cohort.ts";
import { type Remarks, remarksShape } from "../remarks.ts";
import { aucSchema, ctdEntrySchema, pairedSchema } from "../results/_score_schemas.ts";
import { schemaOf } from "../results/_schema.ts";
import { type Provenance, provenanceSchema } from "../results/provenance.ts";
import { readResults } from "../results/result_files.ts";

/** One model trained with one loss. */
export interface LossRow {
  /** The loss, as the choice `loss` has it. */
  readonly loss: SurvivalLossName;
  /** Ctd within folds, in the protocol's reading. */
  readonly ctd: CtdWithinFoldsEntry;
  /** Mean of the folds' Ctd. */
  readonly mean: number | null;
  /** Ctd within folds less that under DeepHit; null for DeepHit itself and where no pair can be compared. */
  readonly difference: PairedBootstrap | null;
  /** The p of the difference, adjusted after Holm for all losses of the table. */
  readonly pHolm: number | null;
  /** AUC at 24 months within folds. */
  readonly auc: AucWithinFolds;
  /** Brier score at 24 months, weighted by the censoring. */
  readonly brier: number | null;
  /** Integrated calibration index at 24 months. */
  readonly ici: number | null;
  /** Warnings of the trainings, such as that one diverged. */
  readonly messages: readonly string[];
}

/** Cox's loss in batches of one size. */
export interface BatchSizeRow {
  /** Patients in a batch. */
  readonly batchSize: number;
  /** Whether that is all patients of a fold at once. */
  readonly isAll: boolean;
  /** Passes over the patients. */
  readonly epochs: number;
  /** Steps of AdamW in a fold, of the mean number of patients. */
  readonly steps: number;
  /** Ctd within folds. */
  readonly ctd: CtdWithinFoldsEntry;
  /** Ctd within folds less that of the first row; null for that row and where no pair can be compared. */
  readonly difference: PairedBootstrap | null;
  /** Loss of the last epoch, mean over the folds. */
  readonly lastLoss: number | null;
  /** The loss of equal hazards for everybody, see `oneCurveLoss`, mean over the folds. */
  readonly equalHazards: number;
}

/** One model under each loss: `losses.json`. */
export interface LossesResult extends Remarks {
  /** Tells this file from others with results. */
  readonly kind: "losses";
  /** The cohort. */
  readonly cohort: ComparedCohort;
  /** Name of the study's profile. */
  readonly profile: string;
  /** Short name of the model: `efficientnet_b0`. */
  readonly model: string;
  /** Name of the model for people. */
  readonly name: string;
  /** Name of the protocol; its loss is another in each row. */
  readonly protocol: string;
  /** DeepHit first. */
  readonly rows: readonly LossRow[];
  /** Cox's loss by the size of the batch; empty where it was not asked for. */
  readonly batchSizes: readonly BatchSizeRow[];
  /** How the row of DeepHit came to be; the others differ in their loss. */
  readonly provenance: Provenance;
}

const count = z.int().nonnegative();
const share = z.number().min(0).max(1);
const score = z.number().nonnegative().nullable();

const schema = schemaOf<LossesResult>()(z.strictObject({
  kind: z.literal("losses"),
  cohort: comparedCohortSchema,
  profile: z.string(),
  model: z.string(),
  name: z.string(),
  protocol: z.string(),
  rows: z.array(z.strictObject({
    loss: z.enum(["deephit", "cox", "logistic-hazard", "mtlr", "pc-hazard", "cross-entropy"]),
    ctd: ctdEntrySchema,
    mean: share.nullable(),
    difference: pairedSchema.nullable(),
    pHolm: share.nullable(),
    auc: aucSchema,
    brier: score,
    ici: score,
    messages: z.array(z.string()),
  })),
  batchSizes: z.array(z.strictObject({
    batchSize: count,
    isAll: z.boolean(),
    epochs: count,
    steps: count,
    ctd: ctdEntrySchema,
    difference: pairedSchema.nullable(),
    lastLoss: z.number().nullable(),
    equalHazards: z.number(),
  })),
  ...remarksShape,
  provenance: provenanceSchema,
}));

/**
 * Writes `losses.json`.
 *
 * @throws {z.ZodError} If the result is not what the schema says.
 */
export async function writeLosses(path: string, result: LossesResult): Promise<void> {
  await writeAtomic(path, JSON.stringify(schema.parse(result), null, 2) + "\n");
}

/**
 * Reads `losses.json`.
 *
 * @throws {InputError} If there is no such file or it holds something else.
 */
export async function readLosses(path: string): Promise<LossesResult> {
  return await readResults(path, schema, "comparison of losses");
}
