import { z } from "zod";
import type { AttentionOnTumour } from "@ctsurv/analysis/mod.ts";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import type { PairedBootstrap } from "@ctsurv/survival/mod.ts";
import { type LawResult, lawResultSchema, onTumourSchema } from "../laws/law_result.ts";
import { type ComparedCohort, comparedCohortSchema } from "../compared_cohort.ts";
import { pairedSchema } from "./_score_schemas.ts";
import { schemaOf } from "./_schema.ts";
import { type Provenance, provenanceSchema } from "./provenance.ts";
import { readResults } from "./result_files.ts";

const concordance = z.number().min(0).max(1).nullable();
// JSON has no NaN: the file has null where a test is undefined.
const orUndefined = z.union([z.number(), z.nan().transform(() => null), z.null()]);
const difference = z.number().min(-1).max(1);
const count = z.int().nonnegative();

const paired = pairedSchema.nullable();

const schema = schemaOf<AggregationResult>()(z.strictObject({
  kind: z.literal("aggregation"),
  cohort: comparedCohortSchema,
  profile: z.string(),
  comparisons: z.array(z.strictObject({
    rival: z.string(),
    byPatient: paired,
    withinFolds: paired.optional(),
    byFold: z.strictObject({
      difference,
      standardError: z.number().nonnegative(),
      statistic: orUndefined,
      degreesOfFreedom: count,
      p: orUndefined,
    }).nullable(),
  })),
  seeds: z.array(z.strictObject({
    seed: z.int(),
    pooled: concordance,
    withinFolds: concordance.optional(),
    folds: z.array(z.strictObject({ fold: z.int().positive(), ctd: concordance })),
  })),
  attended: z.array(z.strictObject({
    model: z.string(),
    entropy: z.number().nonnegative(),
    onTumour: onTumourSchema.nullable(),
  })),
  laws: z.array(lawResultSchema).optional(),
  provenance: provenanceSchema,
}));

/** What notebook 3 computes about the aggregations in addition to their rows of Table 1: `aggregation.json`. */
export interface AggregationResult {
  /** Tells this file from others with results. */
  readonly kind: "aggregation";
  /** The cohort that every number here is from; `hash` is that of `openCohort`. */
  readonly cohort: ComparedCohort;
  /** Name of the study's profile, such as `smoke`. */
  readonly profile: string;
  /** Soft attention against each other aggregation, on the same patients and folds. */
  readonly comparisons: readonly AggregationComparison[];
  /** Ctd of soft attention when training starts from other seeds. */
  readonly seeds: readonly {
    readonly seed: number;
    /** Ctd over all out-of-fold predictions together; null where no pair of patients can be compared. */
    readonly pooled: number | null;
    /** Ctd within folds, to be read first; absent from files of ctsurv 0.1. */
    readonly withinFolds?: number | null | undefined;
    /** Folds count from 1; `ctd` is null where no pair of the fold's patients can be compared. */
    readonly folds: readonly { readonly fold: number; readonly ctd: number | null }[];
  }[];
  /** Where each aggregation looks. */
  readonly attended: readonly {
    /** Short name of the model, as in {@linkcode ModelResult}. */
    readonly model: string;
    /** Mean over the patients of the weights' entropy; see `attentionEntropy`. */
    readonly entropy: number;
    /** See `attentionOnTumour`; null if no patient has tumour on some of the slices and not on others. */
    readonly onTumour: AttentionOnTumour | null;
  }[];
  /**
   * Soft attention against average pooling under each law of a phantom cohort, the cohort's own first. Absent from other
   * cohorts, and from files of ctsurv 0.1.
   */
  readonly laws?: readonly LawResult[] | undefined;
  /** How the result came to be. */
  readonly provenance: Provenance;
}

/**
 * Soft attention against another aggregation, on the same patients and folds. A difference is the Ctd of soft attention
 * minus that of the rival.
 */
export interface AggregationComparison {
  /** Short name of the other aggregation's model, such as `average_pooling`. */
  readonly rival: string;
  /** Paired bootstrap of the patients; see `pairedBootstrap`. Null where no pair of patients can be compared. */
  readonly byPatient: PairedBootstrap | null;
  /** The same of Ctd within folds: the one to read first. Absent from files of ctsurv 0.1. */
  readonly withinFolds?: PairedBootstrap | null | undefined;
  /** Corrected t-test over the folds; see `compareFolds`. Null where fewer than two folds have a Ctd. */
  readonly byFold: {
    /** Mean of the folds' differences. */
    readonly difference: number;
    readonly standardError: number;
    /** Null if all differences are 0: the test is undefined, and JSON has no NaN. */
    readonly statistic: number | null;
    readonly degreesOfFreedom: number;
    /** Two-sided; null where the statistic is. */
    readonly p: number | null;
  } | null;
}

/**
 * Writes `aggregation.json`. A test's NaN becomes null, since JSON has no NaN.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type AggregationResult, provenance, readAggregation, writeAggregation } from "@ctsurv/ctsurv/report";
 *
 * const cohort = { name: "made-up", hash: "f00d" };
 * const result: AggregationResult = {
 *   kind: "aggregation",
 *   cohort: { ...cohort, patients: 12, events: 6 },
 *   profile: "smoke",
 *   comparisons: [{
 *     rival: "average_pooling",
 *     byPatient: { difference: 0.02, low: -0.03, high: 0.08, level: 0.95, p: 0.4, replicates: 2000 },
 *     byFold: { difference: 0.02, standardError: 0.01, statistic: 2, degreesOfFreedom: 9, p: 0.08 },
 *   }],
 *   seeds: [],
 *   attended: [{ model: "efficientnet_b0", entropy: 2.1, onTumour: null }],
 *   provenance: await provenance({
 *     engine: "onnx",
 *     provider: "cpu",
 *     weights: { kind: "seeded", hash: "cafe" },
 *     lungs: "U-Net",
 *     cohort,
 *     profile: "smoke",
 *     seeds: { training: 42 },
 *   }),
 * };
 * const path = await Deno.makeTempFile();
 * await writeAggregation(path, result);
 * assertEquals((await readAggregation(path)).comparisons, result.comparisons);
 * await Deno.remove(path);
 * ```
 *
 * @throws {z.ZodError} If the result is not what the schema says, such as a Ctd above 1.
 */
export async function writeAggregation(path: string, result: AggregationResult): Promise<void> {
  await writeAtomic(path, JSON.stringify(schema.parse(result), null, 2) + "\n");
}

/**
 * Reads `aggregation.json`; the example of {@linkcode writeAggregation} shows both.
 *
 * @throws {InputError} If there is no such file or it holds something else.
 */
export async function readAggregation(path: string): Promise<AggregationResult> {
  return await readResults(path, schema, "comparison of aggregations");
}
