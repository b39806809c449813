import { z } from "zod";
import { writeAtomic } from "@ctsurv/common/mod.ts";
import { provenanceSchema } from "./provenance.ts";
import { readResults } from "./read_results.ts";

const concordance = z.number().min(0).max(1).nullable();

const fold = z.strictObject({
  /** From 1. */
  fold: z.int().positive(),
  patients: z.int().nonnegative(),
  events: z.int().nonnegative(),
  /** Null where no pair of patients can be compared. */
  ctd: concordance,
});

const model = z.strictObject({
  /** Short name, as in `paper.table1` where the paper has the model: `efficientnet_b0`. */
  model: z.string(),
  /** For people: "EfficientNetB0 + soft attention". */
  name: z.string(),
  weights: z.strictObject({ kind: z.enum(["seeded", "pretrained", "trained"]), hash: z.string() }),
  /** What the model saw of each patient: slices one by one, or one volume of so many. */
  view: z.strictObject({
    kind: z.enum(["slice", "volume"]),
    slices: z.union([z.int().positive(), z.literal("all")]),
    /** Rows and columns. */
    size: z.int().positive(),
  }),
  folds: z.array(fold).min(1),
  /** Over the folds that have a concordance. */
  mean: concordance,
  /** Divided by n - 1. */
  stdSample: z.number().nonnegative().nullable(),
  /** Divided by n. */
  stdPopulation: z.number().nonnegative().nullable(),
  /** One concordance over all out-of-fold predictions, with its 95 % bootstrap interval. */
  pooled: z.strictObject({ value: concordance, interval: z.tuple([concordance, concordance]) }),
  /** Wall time of features and training. Not shown in committed tables, which would differ from run to run. */
  seconds: z.number().nonnegative().optional(),
  /** See `provenance`. Of the row, since the rows of a table may come of several runs. */
  provenance: provenanceSchema.optional(),
});

const table1 = z.strictObject({
  kind: z.literal("table1"),
  cohort: z.strictObject({
    name: z.string(),
    hash: z.string(),
    patients: z.int().nonnegative(),
    events: z.int().nonnegative(),
    /** Concordance of the true risk, known for phantom cohorts alone: no model can be expected to do better. */
    bestReachableCtd: concordance,
  }),
  profile: z.string(),
  models: z.array(model),
});

/** The cross-validated results of one cohort and profile: what Table 1, its figures and its files are made from. */
export type Table1Result = z.infer<typeof table1>;
export type ModelResult = z.infer<typeof model>;
export type FoldResult = z.infer<typeof fold>;

/** The mean over folds with both standard deviations; folds without a concordance do not count. */
export function summarizeFolds(
  folds: readonly FoldResult[],
): Pick<ModelResult, "mean" | "stdSample" | "stdPopulation"> {
  const values = folds.map(({ ctd }) => ctd).filter((ctd) => ctd !== null);
  const n = values.length;
  if (n === 0) return { mean: null, stdSample: null, stdPopulation: null };
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, stdSample: n > 1 ? Math.sqrt(squares / (n - 1)) : null, stdPopulation: Math.sqrt(squares / n) };
}

/**
 * Writes results as JSON.
 *
 * @throws {z.ZodError} If they are not what the schema says, such as NaN for an undefined concordance.
 */
export async function writeTable1(path: string, result: Table1Result): Promise<void> {
  await writeAtomic(path, JSON.stringify(table1.parse(result), null, 2) + "\n");
}

/**
 * Reads results.
 *
 * @throws {InputError} If there is no such file or it holds something else.
 */
export async function readTable1(path: string): Promise<Table1Result> {
  return await readResults(path, table1, "Table 1");
}
