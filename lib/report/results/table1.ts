import { z } from "zod";
import { paper, paperRow } from "@ctsurv/analysis/mod.ts";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import type { ConcordanceInterval, ConcordanceTable } from "@ctsurv/survival/mod.ts";
import { describeView, formatNumber, MISSING } from "../format.ts";
import { type Table, table } from "../tables/table.ts";
import { type Provenance, provenanceSchema } from "./provenance.ts";
import { readResults } from "./result_files.ts";

/** The part of a cross-validation that goes into Table 1; `crossValidate` gives it. */
export interface CrossValidated {
  readonly folds: readonly {
    /** From 1. */
    readonly fold: number;
    readonly patients: number;
    readonly events: number;
    readonly ctd: { readonly value: number | null };
  }[];
  readonly mean: number | null;
  readonly stdSample: number | null;
  readonly stdPopulation: number | null;
  readonly pooled: ConcordanceTable;
  readonly interval: ConcordanceInterval | null;
}

export interface ModelResultOptions {
  /** As in `paper.table1` where the paper has the model. */
  readonly model: string;
  readonly name: string;
  readonly weights: ModelResult["weights"];
  readonly view: ModelResult["view"];
  readonly provenance?: Provenance;
}

/** A cross-validation as a row of Table 1, with the primary Ctd. */
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

const table1Schema = z.strictObject({
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
export type Table1Result = z.infer<typeof table1Schema>;
export type ModelResult = z.infer<typeof model>;
export type Table1Fold = z.infer<typeof fold>;

/**
 * Writes results as JSON.
 *
 * @throws {z.ZodError} If they are not what the schema says, such as NaN for an undefined concordance.
 */
export async function writeTable1(path: string, result: Table1Result): Promise<void> {
  await writeAtomic(path, JSON.stringify(table1Schema.parse(result), null, 2) + "\n");
}

/**
 * Reads results.
 *
 * @throws {InputError} If there is no such file or it holds something else.
 */
export async function readTable1(path: string): Promise<Table1Result> {
  return await readResults(path, table1Schema, "Table 1");
}

/** Table 1 from its results: what was computed, and in a column of its own what the paper reports. */
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
 * Writes rows into a file of results beside those that are there: a model that is there is replaced; rows of another
 * cohort or profile, or a file that holds something else, give way. Rows stand in the paper's order, from its best.
 *
 * @returns All rows.
 * @throws {z.ZodError} If the results are not what the schema says.
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
