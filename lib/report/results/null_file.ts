import { z } from "zod";
import { join } from "node:path";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import type { CtdSummaries, NullDistribution } from "@ctsurv/training/mod.ts";
import { schemaOf } from "./_schema.ts";
import { type Provenance, provenanceSchema } from "./provenance.ts";
import { readResults } from "./result_files.ts";

const ctd = z.number().min(0).max(1);
const summaries = z.strictObject({
  withinFolds: ctd.nullable(),
  meanOfFolds: ctd.nullable(),
  pooled: ctd.nullable(),
});
const score = z.strictObject({
  observed: ctd.nullable(),
  mean: ctd.nullable(),
  std: z.number().nonnegative().nullable(),
  quantiles: z.strictObject({ "0.025": ctd, "0.25": ctd, "0.5": ctd, "0.75": ctd, "0.975": ctd }).nullable(),
  p: ctd.nullable(),
  permutations: z.int().nonnegative(),
});

const schema = schemaOf<NullResult>()(z.strictObject({
  kind: z.literal("null"),
  model: z.string(),
  scores: z.strictObject({ withinFolds: score, meanOfFolds: score, pooled: score }),
  permuted: z.array(summaries).readonly(),
  failed: z.array(z.string()).readonly(),
  provenance: provenanceSchema,
}));

/** Where chance lies for a model and a cohort: `null/<model>.json`. */
export interface NullResult {
  /** Tells this file from others with results. */
  readonly kind: "null";
  /** Short name of the model, such as `efficientnet_b0`. */
  readonly model: string;
  /** The observed Ctd, summed up in three ways, among those of permuted outcomes. */
  readonly scores: NullDistribution;
  /** Ctd of each permutation. */
  readonly permuted: readonly CtdSummaries[];
  /** Why permutations could not be trained, one message each. */
  readonly failed: readonly string[];
  /** See `provenance`. */
  readonly provenance: Provenance;
}

/**
 * Writes where chance lies for a model.
 *
 * @throws {z.ZodError} If the result is not what the schema says.
 */
export async function writeNull(folder: string, result: NullResult): Promise<void> {
  const path = join(folder, "null", `${result.model}.json`);
  await writeAtomic(path, JSON.stringify(schema.parse(result), null, 2) + "\n");
}

/**
 * Reads what {@linkcode writeNull} wrote.
 *
 * @throws {InputError} If there is no such file or it holds something else.
 */
export async function readNull(folder: string, model: string): Promise<NullResult> {
  return await readResults(join(folder, "null", `${model}.json`), schema, "null distribution");
}
