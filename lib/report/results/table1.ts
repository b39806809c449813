import { z } from "zod";
import { dirname, join } from "node:path";
import { paper } from "@ctsurv/analysis/mod.ts";
import { withFileLock, writeAtomic } from "@ctsurv/base/mod.ts";
import type { AggregationChoice } from "@ctsurv/nn/mod.ts";
import type { CtdWithinFolds, HorizonScores } from "@ctsurv/survival/mod.ts";
import { compareRows } from "./_compare_rows.ts";
import { schemaOf } from "./_schema.ts";
import { type CoxCeiling, coxCeilingSchema } from "./cox_ceiling.ts";
import { type Provenance, provenanceSchema } from "./provenance.ts";
import { ctdWithinFoldsSchema, horizonScoresSchema } from "./_score_schemas.ts";
import { readResults } from "./result_files.ts";

const concordance = z.number().min(0).max(1).nullable();

const table1Schema = schemaOf<Table1Result>()(z.strictObject({
  kind: z.literal("table1"),
  cohort: z.strictObject({
    name: z.string(),
    hash: z.string(),
    patients: z.int().nonnegative(),
    events: z.int().nonnegative(),
    bestReachableCtd: concordance,
  }),
  profile: z.string(),
  protocol: z.string().optional(),
  models: z.array(z.strictObject({
    model: z.string(),
    name: z.string(),
    weights: z.strictObject({
      kind: z.enum(["seeded", "phantom", "pretrained", "trained", "external"]),
      hash: z.string(),
    }),
    view: z.strictObject({
      kind: z.enum(["slice", "volume", "external"]),
      slices: z.union([z.int().positive(), z.literal("all")]),
      size: z.int().nonnegative(),
    }),
    aggregation: z.enum(["gated", "mlp", "average", "linear", "self-attention", "none"]).optional(),
    ctdWithinFolds: ctdWithinFoldsSchema.optional(),
    atHorizon: horizonScoresSchema.optional(),
    constantLoss: z.number().optional(),
    coxOnFeatures: coxCeilingSchema.optional(),
    scans: z.string().optional(),
    folds: z.array(z.strictObject({
      fold: z.int().positive(),
      patients: z.int().nonnegative(),
      events: z.int().nonnegative(),
      ctd: concordance,
    })).min(1),
    mean: concordance,
    stdSample: z.number().nonnegative().nullable(),
    stdPopulation: z.number().nonnegative().nullable(),
    pooled: z.strictObject({ value: concordance, interval: z.tuple([concordance, concordance]) }),
    seconds: z.number().nonnegative().optional(),
    provenance: provenanceSchema.optional(),
  })),
  comparisons: z.array(z.strictObject({
    model: z.string(),
    against: z.string(),
    difference: z.number().min(-1).max(1),
    low: z.number().min(-1).max(1),
    high: z.number().min(-1).max(1),
    p: concordance.unwrap(),
    pHolm: concordance.unwrap(),
  })).optional(),
  detectable: z.array(z.strictObject({
    correlation: z.number().min(0).max(1),
    difference: z.number().nonnegative(),
  })).optional(),
}));

/** The cross-validated results of one cohort and profile. Table 1, its figures and its files are made from them. */
export interface Table1Result {
  /** Tells this file from others with results. */
  readonly kind: "table1";
  /** The cohort that every row is from. */
  readonly cohort: {
    readonly name: string;
    /** SHA-256 of its manifest, clinical table and image names; see `openCohort`. */
    readonly hash: string;
    readonly patients: number;
    /** Deaths within 24 months. */
    readonly events: number;
    /** Ctd of the true risk: no model can be expected to do better. Null unless the cohort is a phantom. */
    readonly bestReachableCtd: number | null;
  };
  /** Name of the study's profile, such as `smoke`. */
  readonly profile: string;
  /** Name of its protocol, such as "paper, initialisation=xavier"; ctsurv 0.1 wrote none. */
  readonly protocol?: string | undefined;
  /** The rows of the table. */
  readonly models: readonly ModelResult[];
  /** The proposal, EfficientNet-B0 with soft attention, against each other row. Absent without it. */
  readonly comparisons?: readonly Table1Comparison[] | undefined;
  /**
   * The difference in Ctd within folds that one of these comparisons alone, before Holm's adjustment, finds with a power
   * of 80 %, for models whose risks have some correlations; see `detectableDifference`.
   */
  readonly detectable?: readonly { readonly correlation: number; readonly difference: number }[] | undefined;
}

/** The proposal against another row, on the same patients and folds. */
export interface Table1Comparison {
  /** Short name of the other row. */
  readonly model: string;
  /** Short name of the proposal. */
  readonly against: string;
  /** Ctd within folds of the proposal less that of the other row; see `pairedBootstrap`. */
  readonly difference: number;
  /** Lower end of its 95 % interval. */
  readonly low: number;
  /** Upper end of its 95 % interval. */
  readonly high: number;
  /** Two-sided p-value of no difference. */
  readonly p: number;
  /** The same after Holm's adjustment for all comparisons of the table. */
  readonly pHolm: number;
}

/** One model's cross-validation: a row of Table 1. */
export interface ModelResult {
  /** Short name, as in `paper.table1` where the paper has the model: `efficientnet_b0`. */
  readonly model: string;
  /** Name for people: "EfficientNetB0 + soft attention". */
  readonly name: string;
  /** Where the backbone's weights come from, and their SHA-256; of external features, the SHA-256 of their files. */
  readonly weights: {
    readonly kind: "seeded" | "phantom" | "pretrained" | "trained" | "external";
    readonly hash: string;
  };
  /**
   * What the backbone got of each patient: so many slices one by one, or one volume of so many slices. Of external
   * features only the program that made them knows.
   */
  readonly view: {
    readonly kind: "slice" | "volume" | "external";
    readonly slices: number | "all";
    /** Rows and columns; 0 for external features. */
    readonly size: number;
  };
  /** From slices to a patient; "none" for a volume. Absent where ctsurv 0.1 wrote the row. */
  readonly aggregation?: AggregationChoice["kind"] | "none" | undefined;
  /** Ctd within folds with its interval, in every reading: the number to read first; absent as `aggregation` is. */
  readonly ctdWithinFolds?: CtdWithinFolds | undefined;
  /** AUC, Brier score and calibration at 24 months; absent as `aggregation` is. */
  readonly atHorizon?: HorizonScores | undefined;
  /** Training loss of one curve for everybody; absent for models without a loss, and as `aggregation` is. */
  readonly constantLoss?: number | undefined;
  /**
   * Cox regression on the mean of each patient's features, with a ridge that is chosen inside each fold: what the
   * features give without a survival head. Absent as `aggregation` is, and where too few patients died.
   */
  readonly coxOnFeatures?: CoxCeiling | undefined;
  /**
   * SHA-256 of what the features are of: the patients who are used, with their follow-up and what was read of their scans,
   * and those who are left out. Rows of the same table have the same. Absent of external features and where ctsurv before
   * 0.2 wrote the row.
   */
  readonly scans?: string | undefined;
  /** One entry per fold, at least one. */
  readonly folds: readonly Table1Fold[];
  /** Mean Ctd over the folds that have one; null if none has. */
  readonly mean: number | null;
  /** Standard deviation over the folds, divided by n - 1; null for fewer than two. */
  readonly stdSample: number | null;
  /** Standard deviation over the folds, divided by n. */
  readonly stdPopulation: number | null;
  /**
   * Ctd over all out-of-fold predictions together, with its 95 % bootstrap interval; null where there is none. Its
   * chance level is below 0.5.
   */
  readonly pooled: {
    readonly value: number | null;
    readonly interval: readonly [low: number | null, high: number | null];
  };
  /** Wall time of features and training. Committed tables leave it out: it would differ from run to run. */
  readonly seconds?: number | undefined;
  /** How the row came to be. Each row has its own, since the rows of a table may come from several runs. */
  readonly provenance?: Provenance | undefined;
}

/** The test patients of one fold. */
export interface Table1Fold {
  /** Counts from 1. */
  readonly fold: number;
  /** Patients tested in this fold. */
  readonly patients: number;
  /** Deaths among them within 24 months. */
  readonly events: number;
  /** Primary Ctd; null where no pair of the fold's patients can be compared. */
  readonly ctd: number | null;
}

/**
 * Writes `table1.json`.
 *
 * @throws {z.ZodError} If the result is not what the schema says, such as NaN for an undefined concordance.
 */
export async function writeTable1(path: string, result: Table1Result): Promise<void> {
  await writeAtomic(path, JSON.stringify(table1Schema.parse(result), null, 2) + "\n");
}

/**
 * Reads `table1.json`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readTable1, table1, type Table1Result, updateTable1, writeTable1 } from "@ctsurv/ctsurv/report";
 *
 * const result: Table1Result = {
 *   kind: "table1",
 *   cohort: { name: "made-up", hash: "f00d", patients: 12, events: 6, bestReachableCtd: null },
 *   profile: "smoke",
 *   models: [{
 *     model: "vgg16",
 *     name: "VGG16 + soft attention",
 *     weights: { kind: "seeded", hash: "cafe" },
 *     view: { kind: "slice", slices: 6, size: 224 },
 *     folds: [{ fold: 1, patients: 6, events: 3, ctd: 0.5 }, { fold: 2, patients: 6, events: 3, ctd: 0.6 }],
 *     mean: 0.55,
 *     stdSample: 0.07,
 *     stdPopulation: 0.05,
 *     pooled: { value: 0.54, interval: [0.4, 0.7] },
 *   }],
 * };
 * const folder = await Deno.makeTempDir();
 * await writeTable1(`${folder}/table1.json`, result);
 * assertEquals(await readTable1(`${folder}/table1.json`), result);
 *
 * const b0 = { ...result.models[0]!, model: "efficientnet_b0", name: "EfficientNetB0 + soft attention" };
 * const both = await updateTable1(`${folder}/table1.json`, { ...result, models: [b0] });
 * console.log(table1(both).text); // The columns Ctd and, from the paper, 0.524 ± 0.063 and 0.584 ± 0.054
 * assertEquals(both.models.map(({ model }) => model), ["vgg16", "efficientnet_b0"]);
 * await Deno.remove(folder, { recursive: true });
 * ```
 *
 * @throws {InputError} If there is no such file or it holds something else.
 */
export async function readTable1(path: string): Promise<Table1Result> {
  return await readResults(path, table1Schema, "Table 1");
}

/**
 * Adds rows to `table1.json`. A row of the same model is replaced. Rows of another cohort, profile or protocol are
 * dropped, and rows of other scans of the same patients, and a file that holds something else. Rows that do not say of
 * which scans they are stay. A file of ctsurv 0.1, which names no protocol, was made as the
 * protocol `workshop` is now. Rows are in the paper's order, the proposal last, and it is compared with each row whose
 * predictions are on file beside the table. The example of
 * {@linkcode readTable1} shows it.
 *
 * @returns The file's new content, with all rows.
 * @throws {z.ZodError} If the result is not what the schema says.
 */
export async function updateTable1(path: string, result: Table1Result): Promise<Table1Result> {
  // Jobs of a cluster add their rows at the same time.
  return await withFileLock(join(dirname(path), ".table1.lock"), () => addRows(path, result));
}

async function addRows(path: string, result: Table1Result): Promise<Table1Result> {
  const before = await readTable1(path).catch(() => undefined);
  const protocolOf = ({ protocol = "workshop" }: Table1Result) => protocol;
  const isSame = before?.profile === result.profile && protocolOf(before) === protocolOf(result) &&
    (["name", "hash", "patients", "events"] as const).every((fact) => before.cohort[fact] === result.cohort[fact]);
  const replaced = new Set(result.models.map(({ model }) => model));
  const scans = new Set(result.models.flatMap((row) => row.scans ?? []));
  const ofTheseScans = (row: ModelResult) => row.scans === undefined || scans.size === 0 || scans.has(row.scans);
  const others = isSame ? before.models.filter(({ model }) => !replaced.has(model)) : [];
  const kept = others.filter(ofTheseScans);
  const order = paper.table1.map(({ model }) => model as string);
  const place = (model: string) => order.includes(model) ? order.indexOf(model) : order.length;
  const models = [...result.models, ...kept].sort((a, b) => place(a.model) - place(b.model));
  // The comparisons of a row that is dropped go with it.
  const rows = { ...isSame && kept.length === others.length ? before : {}, ...result, models };
  const all = { ...rows, ...await compareRows(dirname(path), rows, replaced) };
  await writeTable1(path, all);
  return all;
}
