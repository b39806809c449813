import { z } from "zod";
import { join } from "node:path";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import { type PairedBootstrap, pairedBootstrap } from "@ctsurv/survival/mod.ts";
import { type CrossValidation, formatPredictions, toSurvivalPredictions } from "@ctsurv/training/mod.ts";
import { concordanceSchema, ctdWithinFoldsSchema, foldSchemas, horizonScoresSchema } from "./_score_schemas.ts";
import { type Provenance, provenanceSchema } from "./provenance.ts";
import { readResults } from "./result_files.ts";

const count = z.int().nonnegative();
const { result, prediction } = foldSchemas(count);
/** `authors` is missing where ctsurv 0.1 wrote the file. */
const variants = z.strictObject({
  risk: concordanceSchema,
  antolini: concordanceSchema,
  adj_antolini: concordanceSchema,
  lab: concordanceSchema,
  authors: concordanceSchema.exactOptional(),
});
const ofFolds = z.number().nullable();

const schema = z.strictObject({
  folds: z.array(result).min(1),
  mean: ofFolds,
  stdSample: ofFolds,
  stdPopulation: ofFolds,
  ctdWithinFolds: ctdWithinFoldsSchema.exactOptional(),
  atHorizon: horizonScoresSchema.exactOptional(),
  constantLoss: z.number().exactOptional(),
  pooled: z.strictObject({ pre: variants, post: variants }),
  interval: z.strictObject({ low: z.number(), high: z.number(), level: z.number(), replicates: count }).nullable(),
  predictions: z.array(prediction),
  messages: z.array(z.string()).exactOptional(),
  ridge: z.number().positive().exactOptional(),
  scans: z.string().exactOptional(),
  provenance: provenanceSchema,
});

/**
 * A cross-validation and how it came to be: `cross_validation/<model>.json`. Files of ctsurv 0.1 have no Ctd within
 * folds and no scores at the horizon.
 */
export interface CrossValidationRecord
  extends
    Omit<CrossValidation, "ctdWithinFolds" | "atHorizon">,
    Partial<Pick<CrossValidation, "ctdWithinFolds" | "atHorizon">> {
  /** The ridge of a Cox regression; absent without one. */
  readonly ridge?: number;
  /** Which scans of which patients it is of, as rows of Table 1 say it; the multiverse's have it. */
  readonly scans?: string;
  /** See {@linkcode provenance}. */
  readonly provenance: Provenance;
}

/**
 * Writes two files into a folder of results: `predictions/<model>.csv` has a model's predictions, and
 * `cross_validation/<model>.json` has everything about its cross-validation. Attention is rounded to six digits.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { provenance, readCrossValidation, resultFiles, writeCrossValidation } from "@ctsurv/ctsurv/report";
 * import { concordance, concordanceTable } from "@ctsurv/ctsurv/survival";
 *
 * const [survival, months, event] = [[Float64Array.of(1, 0.4), Float64Array.of(1, 0.8)], [10, 24], [1, 0] as const];
 * const outcomes = { times: [0, 10], survival, months, event };
 * const record = {
 *   folds: [{ fold: 1, patients: 2, events: 1, ctd: concordance(outcomes), losses: [1.9, 1.2] }],
 *   mean: 1,
 *   stdSample: null,
 *   stdPopulation: 0,
 *   pooled: concordanceTable(outcomes),
 *   interval: null,
 *   predictions: ["LUNG1-001", "LUNG1-002"].map((id, i) => ({
 *     id,
 *     survival: survival[i]!,
 *     attention: Float32Array.of(0.25, 0.75),
 *     fold: 1,
 *     months: months[i]!,
 *     event: event[i]!,
 *   })),
 *   provenance: await provenance({
 *     engine: "onnx",
 *     provider: "cpu",
 *     weights: { kind: "seeded", hash: "cafe" },
 *     lungs: "U-Net",
 *     cohort: { name: "made-up", hash: "f00d" },
 *     profile: "smoke",
 *     seeds: { training: 42 },
 *   }),
 * };
 * const folder = await Deno.makeTempDir();
 * await writeCrossValidation(folder, "vgg16", record);
 * assertEquals(await resultFiles(folder), ["cross_validation/vgg16.json", "predictions/vgg16.csv"]);
 * assertEquals((await readCrossValidation(folder, "vgg16")).predictions, record.predictions);
 * await Deno.remove(folder, { recursive: true });
 * ```
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
 * Reads `cross_validation/<model>.json` of a folder of results. ctsurv 0.1 counted folds from 0; its files are read
 * with folds from 1.
 *
 * @throws {InputError} If there is no such file or it holds something else.
 */
export async function readCrossValidation(folder: string, model: string): Promise<CrossValidationRecord> {
  const path = join(folder, "cross_validation", `${model}.json`);
  return foldsFromOne(await readResults(path, schema, "cross-validation"));
}

/** Predictions by fold, as a cross-validation and its file have them. */
export type Predicted = Pick<CrossValidation, "predictions">;

/**
 * The difference in Ctd within folds of two cross-validations; undefined for other patients, outcomes or folds, of which
 * nothing is paired, and null where no pair can be compared.
 */
export function compareWithinFolds(first: Predicted, second: Predicted): PairedBootstrap | null | undefined {
  const ofSecond = new Map(second.predictions.map((prediction) => [prediction.id, prediction]));
  const aligned = first.predictions.flatMap(({ id }) => ofSecond.get(id) ?? []);
  const areSame = first.predictions.length === second.predictions.length &&
    first.predictions.every(({ fold, months, event }, i) =>
      aligned[i]?.fold === fold && aligned[i]?.months === months && aligned[i]?.event === event
    );
  if (!areSame) return undefined;
  const [ours, theirs] = [toSurvivalPredictions(first.predictions), toSurvivalPredictions(aligned)];
  return pairedBootstrap(ours, theirs, { folds: first.predictions.map(({ fold }) => fold) });
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
