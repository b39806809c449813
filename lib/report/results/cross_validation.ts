import { z } from "zod";
import { join } from "node:path";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import { type CrossValidation, formatPredictions } from "@ctsurv/training/mod.ts";
import { type Provenance, provenanceSchema } from "./provenance.ts";
import { readResults } from "./result_files.ts";

const count = z.int().nonnegative();
const concordance = z.strictObject({
  value: z.number().min(0).max(1).nullable(),
  concordant: z.number(),
  comparable: count,
});
const variants = z.strictObject({
  risk: concordance,
  antolini: concordance,
  adj_antolini: concordance,
  lab: concordance,
});
const ofFolds = z.number().nullable();

const schema = z.strictObject({
  folds: z.array(z.strictObject({
    fold: count,
    patients: count,
    events: count,
    ctd: concordance,
    losses: z.array(z.number()),
  })).min(1),
  mean: ofFolds,
  stdSample: ofFolds,
  stdPopulation: ofFolds,
  pooled: z.strictObject({ pre: variants, post: variants }),
  interval: z.strictObject({ low: z.number(), high: z.number(), level: z.number(), replicates: count }).nullable(),
  predictions: z.array(z.strictObject({
    id: z.string(),
    survival: z.array(z.number()).transform((survival) => Float64Array.from(survival)),
    attention: z.array(z.number()).transform((attention) => Float32Array.from(attention)),
    fold: count,
    months: z.number().nonnegative(),
    event: z.literal([0, 1]),
  })),
  provenance: provenanceSchema,
});

/** A cross-validation and how it came to be; see `provenance`. */
export interface CrossValidationRecord extends CrossValidation {
  readonly provenance: Provenance;
}

/**
 * Writes a model's predictions, `predictions/<model>.csv`, and everything about its cross-validation,
 * `cross_validation/<model>.json`, into a folder of results. Attention is rounded to six digits.
 */
export async function writeCrossValidation(
  folder: string,
  model: string,
  record: CrossValidationRecord,
): Promise<void> {
  await writeAtomic(join(folder, "predictions", `${model}.csv`), formatPredictions(record.predictions));
  await writeAtomic(join(folder, "cross_validation", `${model}.json`), JSON.stringify(record, plainNumbers) + "\n");
}

/**
 * Reads `cross_validation/<model>.json` of a folder of results. Files of ctsurv 0.1, which counted folds from 0, come
 * with folds from 1.
 *
 * @throws {InputError} If there is no such file or it holds something else.
 */
export async function readCrossValidation(folder: string, model: string): Promise<CrossValidationRecord> {
  const path = join(folder, "cross_validation", `${model}.json`);
  return foldsFromOne(await readResults(path, schema, "cross-validation"));
}

/** Anything with the number of a fold. */
interface OfFold {
  readonly fold: number;
}

/** A cross-validation with folds from 1, also if ctsurv 0.1 wrote it, which counted them from 0. */
export function foldsFromOne<T extends { readonly folds: readonly OfFold[]; readonly predictions: readonly OfFold[] }>(
  record: T,
): T {
  if (!record.folds.some(({ fold }) => fold === 0)) return record;
  const next = <One extends OfFold>(one: One): One => ({ ...one, fold: one.fold + 1 });
  return { ...record, folds: record.folds.map(next), predictions: record.predictions.map(next) };
}

function plainNumbers(_key: string, value: unknown): unknown {
  // Attention to six digits: enough for any figure.
  if (value instanceof Float32Array) return Array.from(value, (x) => Number(x.toPrecision(6)));
  return value instanceof Float64Array ? Array.from(value) : value;
}
