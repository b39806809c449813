import { z } from "zod";
import { paper, paperRow } from "@ctsurv/analysis/mod.ts";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import type { ConcordanceInterval, ConcordanceTable } from "@ctsurv/survival/mod.ts";
import { describeView, formatNumber, MISSING } from "../format.ts";
import { type Table, table } from "../tables/table.ts";
import { schemaOf } from "./_schema.ts";
import { type Provenance, provenanceSchema } from "./provenance.ts";
import { readResults } from "./result_files.ts";

/** The part of a cross-validation that a row of Table 1 is made from; `crossValidate` gives it. */
export interface CrossValidated {
  /** One entry per fold. */
  readonly folds: readonly {
    /** Counts from 1. */
    readonly fold: number;
    /** Patients tested in this fold. */
    readonly patients: number;
    /** Deaths among them. */
    readonly events: number;
    /** Primary Ctd; null where no pair of the fold's patients can be compared. */
    readonly ctd: { readonly value: number | null };
  }[];
  /** Mean of the folds' Ctd, over those that have one; null if none has. */
  readonly mean: number | null;
  /** Standard deviation over the folds, divided by n - 1; null for fewer than two. */
  readonly stdSample: number | null;
  /** Standard deviation over the folds, divided by n. */
  readonly stdPopulation: number | null;
  /** Every variant of Ctd over all out-of-fold predictions together. */
  readonly pooled: ConcordanceTable;
  /** 95 % bootstrap interval of the pooled primary Ctd; null where no sample had a pair to compare. */
  readonly interval: ConcordanceInterval | null;
}

/** What a row of Table 1 needs in addition to its cross-validation: options of {@linkcode modelResult}. */
export interface ModelResultOptions {
  /** Short name, as in `paper.table1` where the paper has the model: `efficientnet_b0`. */
  readonly model: string;
  /** Name for people: "EfficientNetB0 + soft attention". */
  readonly name: string;
  /** Where the backbone's weights come from, and their SHA-256. */
  readonly weights: ModelResult["weights"];
  /** What the backbone gets of a patient. */
  readonly view: ModelResult["view"];
  /** How the result came to be. @default {the row has none} */
  readonly provenance?: Provenance;
}

/**
 * Makes a row of Table 1 from a cross-validation. Of its variants of Ctd the row takes the primary one, `risk`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { modelResult } from "@ctsurv/ctsurv/report";
 * import { concordanceTable } from "@ctsurv/ctsurv/survival";
 *
 * // Of three patients one died at 10 months; one who lived on was given the lower survival at that time.
 * const survival = [[1, 0.6], [1, 0.5], [1, 0.8]];
 * const pooled = concordanceTable({ times: [0, 10], survival, months: [10, 24, 24], event: [1, 0, 0] });
 * const row = modelResult({
 *   folds: [{ fold: 1, patients: 3, events: 1, ctd: pooled.pre.risk }],
 *   mean: 0.5,
 *   stdSample: null,
 *   stdPopulation: 0,
 *   pooled,
 *   interval: null,
 * }, {
 *   model: "vgg16",
 *   name: "VGG16 + soft attention",
 *   weights: { kind: "seeded", hash: "cafe" },
 *   view: { kind: "slice", slices: 6, size: 224 },
 * });
 * assertEquals(row.pooled, { value: 0.5, interval: [null, null] });
 * assertEquals(row.folds, [{ fold: 1, patients: 3, events: 1, ctd: 0.5 }]);
 * ```
 */
export function modelResult(
  { folds, mean, stdSample, stdPopulation, pooled, interval }: CrossValidated,
  { model, name, weights, view, provenance }: ModelResultOptions,
): ModelResult {
  return {
    model,
    name,
    weights,
    view,
    folds: folds.map(({ fold, patients, events, ctd }) => ({ fold, patients, events, ctd: ctd.value })),
    mean,
    stdSample,
    stdPopulation,
    ...provenance && { provenance: { ...provenance } },
    pooled: { value: pooled.pre.risk.value, interval: [interval?.low ?? null, interval?.high ?? null] },
  };
}

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
  models: z.array(z.strictObject({
    model: z.string(),
    name: z.string(),
    weights: z.strictObject({ kind: z.enum(["seeded", "phantom", "pretrained", "trained"]), hash: z.string() }),
    view: z.strictObject({
      kind: z.enum(["slice", "volume"]),
      slices: z.union([z.int().positive(), z.literal("all")]),
      size: z.int().positive(),
    }),
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
  /** The rows of the table. */
  readonly models: readonly ModelResult[];
}

/** One model's cross-validation: a row of Table 1. */
export interface ModelResult {
  /** Short name, as in `paper.table1` where the paper has the model: `efficientnet_b0`. */
  readonly model: string;
  /** Name for people: "EfficientNetB0 + soft attention". */
  readonly name: string;
  /** Where the backbone's weights come from, and their SHA-256. */
  readonly weights: { readonly kind: "seeded" | "phantom" | "pretrained" | "trained"; readonly hash: string };
  /** What the backbone got of each patient: so many slices one by one, or one volume of so many slices. */
  readonly view: {
    readonly kind: "slice" | "volume";
    readonly slices: number | "all";
    /** Rows and columns. */
    readonly size: number;
  };
  /** One entry per fold, at least one. */
  readonly folds: readonly Table1Fold[];
  /** Mean Ctd over the folds that have one; null if none has. */
  readonly mean: number | null;
  /** Standard deviation over the folds, divided by n - 1; null for fewer than two. */
  readonly stdSample: number | null;
  /** Standard deviation over the folds, divided by n. */
  readonly stdPopulation: number | null;
  /** Ctd over all out-of-fold predictions together, with its 95 % bootstrap interval; null where there is none. */
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
 * console.log(table1(both).text); // The columns Ctd and, from the paper, 0.584 ± 0.054 and 0.524 ± 0.063
 * assertEquals(both.models.map(({ model }) => model), ["efficientnet_b0", "vgg16"]);
 * await Deno.remove(folder, { recursive: true });
 * ```
 *
 * @throws {InputError} If there is no such file or it holds something else.
 */
export async function readTable1(path: string): Promise<Table1Result> {
  return await readResults(path, table1Schema, "Table 1");
}

/**
 * Table 1 from its results. What was computed and what the paper reports stand in different columns. The example of
 * {@linkcode readTable1} shows it.
 */
export function table1(result: Table1Result): Table {
  const { cohort, profile, models } = result;
  return table(
    models,
    [
      { label: "Model", value: ({ name }) => name },
      { label: "Weights", value: ({ weights: { kind, hash } }) => `${kind}, ${hash.slice(0, 8)}` },
      { label: "Sees of a patient", value: ({ view }) => describeView(view) },
      { label: "Ctd, mean ± std of folds", value: ({ mean, stdSample }) => plusMinus(mean, stdSample) },
      {
        label: "Ctd, pooled [95 % interval]",
        value: ({ pooled: { value, interval: [low, high] } }) =>
          value === null ? null : `${formatNumber(value, 3)} [${formatNumber(low, 3)}, ${formatNumber(high, 3)}]`,
      },
      {
        label: "Paper, LUNG1 (reported)",
        value: ({ model }) => {
          const row = paperRow(model);
          return row ? plusMinus(row.ctd.mean, row.ctd.std) : null;
        },
      },
    ],
    [
      `Computed on ${cohort.name} (${cohort.patients} patients, ${cohort.events} deaths), profile ${profile}`,
      ...cohort.bestReachableCtd === null ? [] : [`best reachable Ctd ${formatNumber(cohort.bestReachableCtd, 3)}`],
    ].join("; "),
  );
}

function plusMinus(mean: number | null, std: number | null): string {
  return mean === null ? MISSING : `${formatNumber(mean, 3)} ± ${formatNumber(std, 3)}`;
}

/**
 * Adds rows to `table1.json`. A row of the same model is replaced. Rows of another cohort or profile are dropped, and
 * so is a file that holds something else. Rows are in the paper's order, its best model first. The example of
 * {@linkcode readTable1} shows it.
 *
 * @returns The file's new content, with all rows.
 * @throws {z.ZodError} If the result is not what the schema says.
 */
export async function updateTable1(path: string, result: Table1Result): Promise<Table1Result> {
  const before = await readTable1(path).catch(() => undefined);
  const isSame = before?.profile === result.profile &&
    (["name", "hash", "patients", "events"] as const).every((fact) => before.cohort[fact] === result.cohort[fact]);
  const replaced = new Set(result.models.map(({ model }) => model));
  const kept = isSame ? before.models.filter(({ model }) => !replaced.has(model)) : [];
  const order = paper.table1.map(({ model }) => model as string).reverse();
  const place = (model: string) => order.includes(model) ? order.indexOf(model) : order.length;
  const all = { ...result, models: [...result.models, ...kept].sort((a, b) => place(a.model) - place(b.model)) };
  await writeTable1(path, all);
  return all;
}
