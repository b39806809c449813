import { z } from "zod";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import type {
  AucWithinFolds,
  CtdWithinFoldsEntry,
  HazardRatio,
  LikelihoodRatio,
  PairedBootstrap,
} from "@ctsurv/survival/mod.ts";
import { type ComparedCohort, comparedCohortSchema } from "../compared_cohort.ts";
import { type Remarks, remarksShape } from "../remarks.ts";
import { aucSchema, ctdEntrySchema, pairedSchema } from "../results/_score_schemas.ts";
import { schemaOf } from "../results/_schema.ts";
import { type Provenance, provenanceSchema } from "../results/provenance.ts";
import { readResults } from "../results/result_files.ts";
import type { ModelResult } from "../results/table1.ts";

/** CT alone, clinical data alone, and both together in two ways. */
export type FusionModel = "ct" | "clinical" | "late_fusion" | "joint_fusion";

/** One of them, cross-validated. */
export interface FusionRow {
  /** Which one it is. */
  readonly model: FusionModel;
  /** Name for people. */
  readonly name: string;
  /** Ctd within folds with its interval, in the protocol's reading: the number to read first. */
  readonly ctdWithinFolds: CtdWithinFoldsEntry;
  /** Mean Ctd over the folds that have one; null if none has. */
  readonly mean: number | null;
  /** Standard deviation over the folds, divided by n - 1; null for fewer than two. */
  readonly stdSample: number | null;
  /** AUC at 24 months within folds, with its interval. */
  readonly auc: AucWithinFolds;
}

/** A way of fusion against one of its halves, on the same patients and folds. */
export interface FusionComparison {
  /** CT and clinical data together. */
  readonly model: "late_fusion" | "joint_fusion";
  /** One of them alone. */
  readonly against: "ct" | "clinical";
  /** Ctd within folds of the first less that of the second; null where no pair can be compared. */
  readonly difference: PairedBootstrap | null;
  /** The p-value after Holm's adjustment for all comparisons; null without a difference. */
  readonly pHolm: number | null;
}

/** CT and clinical data together, beside each alone: `fusion.json`, or `fusion_<backbone>.json`. */
export interface FusionResult extends Remarks {
  /** Tells this file from others with results. */
  readonly kind: "fusion";
  /** The cohort; its patients are those that all rows predict. */
  readonly cohort: ComparedCohort;
  /** Name of the study's profile. */
  readonly profile: string;
  /** Name of its protocol. */
  readonly protocol: string;
  /** Short name of the backbone whose features the CT's head has. */
  readonly backbone: string;
  /** Its weights. */
  readonly weights: ModelResult["weights"];
  /** Names of the clinical covariates, over all patients. */
  readonly covariates: readonly string[];
  /** Inner folds of each training of late fusion. */
  readonly innerFolds: number;
  /** Ridge of the Cox regressions of the rows; 0 without one. The test has none. */
  readonly ridge: number;
  /** The four rows. */
  readonly rows: readonly FusionRow[];
  /** Both ways of fusion against both halves. */
  readonly comparisons: readonly FusionComparison[];
  /** Likelihood-ratio test of the CT's out-of-fold risk beside the clinical covariates; null where it cannot be fitted. */
  readonly addedRisk: {
    /** As papers report it; its p-value is too small for a risk from a cross-validation. */
    readonly test: LikelihoodRatio;
    /** One-sided, and allows for that; see `addedValue`. */
    readonly p: number;
    /** For one standard deviation of the risk within a fold. */
    readonly hazardRatio: HazardRatio & {
      /**
       * Coverage of the interval, which goes with `p`. Absent in files of before: theirs is the usual one of 95 %, for one
       * standard deviation over all folds.
       */
      readonly level?: number | undefined;
    };
  } | null;
  /** How the rows came to be. */
  readonly provenance: Provenance;
}

const share = z.number().min(0).max(1);
const positive = z.number().nonnegative();

const schema = schemaOf<FusionResult>()(z.strictObject({
  kind: z.literal("fusion"),
  cohort: comparedCohortSchema,
  profile: z.string(),
  protocol: z.string(),
  backbone: z.string(),
  weights: z.strictObject({
    kind: z.enum(["seeded", "phantom", "pretrained", "trained", "external"]),
    hash: z.string(),
  }),
  covariates: z.array(z.string()),
  innerFolds: z.int().min(2),
  ridge: positive,
  rows: z.array(z.strictObject({
    model: z.enum(["ct", "clinical", "late_fusion", "joint_fusion"]),
    name: z.string(),
    ctdWithinFolds: ctdEntrySchema,
    mean: share.nullable(),
    stdSample: positive.nullable(),
    auc: aucSchema,
  })),
  comparisons: z.array(z.strictObject({
    model: z.enum(["late_fusion", "joint_fusion"]),
    against: z.enum(["ct", "clinical"]),
    difference: pairedSchema.nullable(),
    pHolm: share.nullable(),
  })),
  addedRisk: z.strictObject({
    p: share,
    test: z.strictObject({ statistic: positive, degreesOfFreedom: z.int().positive(), p: share }),
    hazardRatio: z.strictObject({ ratio: positive, low: positive, high: positive, level: share.optional() }),
  }).nullable(),
  ...remarksShape,
  provenance: provenanceSchema,
}));

/**
 * Writes `fusion.json`. The example of `fusionTable` has such a result.
 *
 * @throws {z.ZodError} If the result is not what the schema says.
 */
export async function writeFusion(path: string, result: FusionResult): Promise<void> {
  await writeAtomic(path, JSON.stringify(schema.parse(result), null, 2) + "\n");
}

/**
 * Reads `fusion.json`.
 *
 * @throws {InputError} If there is no such file or it holds something else.
 */
export async function readFusion(path: string): Promise<FusionResult> {
  return await readResults(path, schema, "comparison of CT and clinical data");
}
