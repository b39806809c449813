import { z } from "zod";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import { provenanceSchema } from "./provenance.ts";
import { readResults } from "./result_files.ts";

const concordance = z.number().min(0).max(1).nullable();
/** JSON has no NaN: where a test is undefined its file says null. */
const orUndefined = z.union([z.number(), z.nan().transform(() => null), z.null()]);
const difference = z.number().min(-1).max(1);
const share = z.number().min(0).max(1);
const count = z.int().nonnegative();

const schema = z.strictObject({
  kind: z.literal("aggregation"),
  cohort: z.strictObject({ name: z.string(), hash: z.string(), patients: count, events: count }),
  profile: z.string(),
  /** Soft attention less another aggregation, on the same patients and folds; null where no pair can be compared. */
  comparisons: z.array(z.strictObject({
    rival: z.string(),
    /** By paired bootstrap: see `pairedBootstrap`. */
    byPatient: z.strictObject({
      difference,
      low: difference,
      high: difference,
      level: share,
      p: share,
      replicates: count,
    }).nullable(),
    /** By corrected t-test over the folds: see `compareFolds`. */
    byFold: z.strictObject({
      difference,
      standardError: z.number().nonnegative(),
      statistic: orUndefined,
      degreesOfFreedom: count,
      p: orUndefined,
    }).nullable(),
  })),
  /** Ctd of soft attention when training starts from other seeds. */
  seeds: z.array(z.strictObject({
    seed: z.int(),
    pooled: concordance,
    folds: z.array(z.strictObject({ fold: z.int().positive(), ctd: concordance })),
  })),
  /** Where each aggregation looks. */
  attended: z.array(z.strictObject({
    model: z.string(),
    /** Mean over patients: see `attentionEntropy`. */
    entropy: z.number().nonnegative(),
    /** See `attentionOnTumour`; null where no patient's tumour tells. */
    onTumour: z.strictObject({
      patients: count,
      attended: z.number().nonnegative(),
      uniform: share,
      excess: difference,
      interval: z.tuple([difference, difference]).readonly(),
      level: share,
    }).nullable(),
  })),
  provenance: provenanceSchema,
});

/** What notebook 3 finds of the aggregations beyond their rows of Table 1. */
export type AggregationResult = z.output<typeof schema>;

/**
 * Writes results as JSON.
 *
 * @throws {z.ZodError} If they are not what the schema says.
 */
export async function writeAggregation(path: string, result: z.input<typeof schema>): Promise<void> {
  await writeAtomic(path, JSON.stringify(schema.parse(result), null, 2) + "\n");
}

/**
 * Reads results.
 *
 * @throws {InputError} If there is no such file or it holds something else.
 */
export async function readAggregation(path: string): Promise<AggregationResult> {
  return await readResults(path, schema, "comparison of aggregations");
}
