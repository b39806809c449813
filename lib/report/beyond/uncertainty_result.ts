import { z } from "zod";
import { join } from "node:path";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import type {
  AucWithinFolds,
  CtdWithinFoldsEntry,
  PairedBootstrap,
  SpreadCalibration,
  SpreadGroup,
} from "@ctsurv/survival/mod.ts";
import { type Remarks, remarksShape } from "../remarks.ts";
import { aucSchema, ctdEntrySchema, pairedSchema } from "../results/_score_schemas.ts";
import { schemaOf } from "../results/_schema.ts";
import { type Provenance, provenanceSchema } from "../results/provenance.ts";
import { readResults } from "../results/result_files.ts";

/** Where several curves of a patient come from: heads of other seeds, or one head with dropout. */
export type SpreadSource = "seeds" | "dropout";

/** A model alone, an ensemble of it, or the model with dropout. */
export interface UncertaintyRow {
  /** `single` is the model of the first seed. */
  readonly source: "single" | SpreadSource;
  /** How many curves a patient has. */
  readonly members: number;
  /**
   * How many of them the spread holds, from the lowest to the highest, see `curveSpread`. Absent for `single`, and in files
   * whose spread was interpolated: it holds fewer than the level says.
   */
  readonly held?: number;
  /** Ctd within folds of the mean curves, as the protocol reads Ctd. */
  readonly ctdWithinFolds: CtdWithinFoldsEntry;
  /** AUC at 24 months within folds. */
  readonly auc: AucWithinFolds;
  /** Brier score at 24 months, weighted by the censoring. */
  readonly brier: number | null;
  /** Integrated calibration index at 24 months. */
  readonly ici: number | null;
  /** Its Ctd within folds less that of `single`; null for `single`, and where no pair can be compared. */
  readonly difference: PairedBootstrap | null;
  /** The spread of S(24) against its error; null for `single`. */
  readonly spread: SpreadCalibration | null;
}

/** How sure a model is: `uncertainty/<model>.json`. */
export interface UncertaintyResult extends Remarks {
  /** Tells this file from others with results. */
  readonly kind: "uncertainty";
  /** Short name of the model, such as `efficientnet_b0`. */
  readonly model: string;
  /** Name for people. */
  readonly name: string;
  /** Number of patients. */
  readonly patients: number;
  /** Deaths within 24 months. */
  readonly events: number;
  /** Least share of a patient's curves that the spread was to hold; `held` of each row is what it holds. */
  readonly level: number;
  /** Ctd within folds by seed: how much of it is luck. */
  readonly seeds: readonly { readonly seed: number; readonly ctd: number | null }[];
  /** The model alone first. */
  readonly rows: readonly UncertaintyRow[];
  /** See `provenance`. */
  readonly provenance: Provenance;
}

const count = z.int().nonnegative();
const share = z.number().min(0).max(1);
const group = schemaOf<SpreadGroup>()(z.strictObject({
  patients: count,
  width: share,
  predicted: share,
  low: share,
  high: share,
  observed: share.nullable(),
  observedLow: share.nullable(),
  observedHigh: share.nullable(),
  isCovered: z.boolean().nullable(),
  squaredError: z.number().nonnegative().nullable(),
}));
const correlation = z.number().min(-1).max(1);
const estimated = z.strictObject({ value: correlation, low: correlation, high: correlation });
const spread = schemaOf<SpreadCalibration>()(z.strictObject({
  time: z.number().positive(),
  patients: count,
  known: count,
  bySpread: z.array(group).readonly(),
  byPrediction: z.array(group).readonly(),
  covered: count,
  coverable: count,
  correlation: estimated.nullable(),
  partialCorrelation: estimated.nullable(),
}));
const schema = schemaOf<UncertaintyResult>()(z.strictObject({
  kind: z.literal("uncertainty"),
  model: z.string(),
  name: z.string(),
  patients: count,
  events: count,
  level: share,
  seeds: z.array(z.strictObject({ seed: count, ctd: share.nullable() })).readonly(),
  rows: z.array(z.strictObject({
    source: z.enum(["single", "seeds", "dropout"]),
    members: count,
    held: count.exactOptional(),
    ctdWithinFolds: ctdEntrySchema,
    auc: aucSchema,
    brier: z.number().nonnegative().nullable(),
    ici: z.number().nonnegative().nullable(),
    difference: pairedSchema.nullable(),
    spread: spread.nullable(),
  })).readonly(),
  ...remarksShape,
  provenance: provenanceSchema,
}));

/**
 * Writes how sure a model is.
 *
 * @throws {z.ZodError} If the result is not what the schema says.
 */
export async function writeUncertainty(folder: string, result: UncertaintyResult): Promise<void> {
  const path = join(folder, "uncertainty", `${result.model}.json`);
  await writeAtomic(path, JSON.stringify(schema.parse(result), null, 2) + "\n");
}

/**
 * Reads what {@linkcode writeUncertainty} wrote.
 *
 * @throws {InputError} If there is no such file or it holds something else.
 */
export async function readUncertainty(folder: string, model: string): Promise<UncertaintyResult> {
  return await readResults(join(folder, "uncertainty", `${model}.json`), schema, "model's uncertainty");
}
