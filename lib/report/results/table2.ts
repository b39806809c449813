import { z } from "zod";
import { paper } from "@ctsurv/analysis/mod.ts";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import type {
  AucWithinFolds,
  ConcordanceInterval,
  ConcordanceTable,
  CtdVariant,
  CtdWithinFolds,
  CtdWithinFoldsEntry,
  HorizonScores,
  PairedBootstrap,
} from "@ctsurv/survival/mod.ts";
import { formatNumber, withInterval } from "../format.ts";
import { type Table, table } from "../tables/table.ts";
import { aucSchema, ctdEntrySchema, ctdWithinFoldsSchema, pairedSchema } from "./_score_schemas.ts";
import { schemaOf } from "./_schema.ts";
import { type Provenance, provenanceSchema } from "./provenance.ts";
import { readResults } from "./result_files.ts";

const concordance = z.number().min(0).max(1).nullable();
const interval = z.tuple([z.number().nullable(), z.number().nullable()]);
const paired = pairedSchema.nullable();
const cohort = z.strictObject({
  name: z.string(),
  hash: z.string(),
  patients: z.int().nonnegative(),
  events: z.int().nonnegative(),
});

const table2Schema = schemaOf<Table2Result>()(z.strictObject({
  kind: z.literal("table2"),
  source: cohort,
  target: cohort.extend({ bestReachableCtd: concordance }),
  profile: z.string(),
  rows: z.array(z.strictObject({
    start: z.enum(["source, as it is", "new", "source"]),
    pooled: concordance,
    interval,
    mean: concordance,
    stdSample: z.number().nonnegative().nullable(),
    ctdWithinFolds: ctdWithinFoldsSchema.optional(),
    auc: aucSchema.optional(),
  })),
  difference: paired,
  differenceWithinFolds: paired.optional(),
  bySize: z.array(z.strictObject({
    patients: z.union([z.int().positive(), z.literal("all")]),
    newHead: ctdEntrySchema,
    fineTuned: ctdEntrySchema,
    difference: paired,
  })).optional(),
  control: z.strictObject({ newHead: ctdEntrySchema, fineTuned: ctdEntrySchema, difference: paired }).optional(),
  provenance: provenanceSchema.optional(),
}));

/** The transfer of a survival head from one cohort to another. Table 2 and its file are made from it. */
export interface Table2Result {
  /** Tells this file from others with results. */
  readonly kind: "table2";
  /** The cohort that the head was first trained on; LUNG1 in the paper. */
  readonly source: TransferCohort;
  /** The cohort that every prediction is about; CLARO in the paper. */
  readonly target: TransferCohort & {
    /** Ctd of the true risk: no model can be expected to do better. Only phantom cohorts have one. */
    readonly bestReachableCtd: number | null;
  };
  /** Name of the study's profile, such as `smoke`. */
  readonly profile: string;
  /** One row for each way to start. */
  readonly rows: readonly Table2Row[];
  /** Ctd of the fine-tuned head minus that of the new one, on the same patients; null where no pair can be compared. */
  readonly difference: PairedBootstrap | null;
  /** The same of Ctd within folds. Absent from files of ctsurv 0.1. */
  readonly differenceWithinFolds?: PairedBootstrap | null | undefined;
  /** Both heads where so many of the target's patients train them, from the fewest to all. */
  readonly bySize?: readonly TransferSize[] | undefined;
  /** Both heads where survival depends on nothing, in the source and in the target. Phantoms only. */
  readonly control?: TransferPair | undefined;
  /** How the result came to be. */
  readonly provenance?: Provenance | undefined;
}

/** A new head and one from the source, on the same patients and folds. */
export interface TransferPair {
  /** Ctd within folds of the new head. */
  readonly newHead: CtdWithinFoldsEntry;
  /** Ctd within folds of the fine-tuned head. */
  readonly fineTuned: CtdWithinFoldsEntry;
  /** Fine-tuned less new; null where no pair can be compared. */
  readonly difference: PairedBootstrap | null;
}

/** The same where only some of the target's patients train them. */
export interface TransferSize extends TransferPair {
  /** In the training of each fold; "all" for every patient whom the fold does not test. */
  readonly patients: number | "all";
}

/** One of the two cohorts of a transfer. */
export interface TransferCohort {
  /** Name in its manifest. */
  readonly name: string;
  /** SHA-256 of its manifest, clinical table and image names; see `openCohort`. */
  readonly hash: string;
  /** Number of patients. */
  readonly patients: number;
  /** Deaths within 24 months. */
  readonly events: number;
}

/** A row of Table 2: how well one head predicts the target cohort. */
export interface Table2Row {
  /**
   * Where the head starts: `new` is trained on the target alone, `source` is trained on the source and fine-tuned on
   * the target, `source, as it is` is trained on the source and not fine-tuned.
   */
  readonly start: "source, as it is" | "new" | "source";
  /**
   * Ctd over all predictions on the target together, as in the paper; null where no pair of patients can be compared.
   * Where the predictions come from the models of several folds, its chance level is below 0.5.
   */
  readonly pooled: number | null;
  /** Its 95 % bootstrap interval; nulls where there is none. */
  readonly interval: readonly [low: number | null, high: number | null];
  /** Mean of the folds' Ctd; null where there are no folds. */
  readonly mean: number | null;
  /** Standard deviation over the folds, divided by n - 1; null for fewer than two. */
  readonly stdSample: number | null;
  /** Ctd within folds in every reading; absent where there are no folds, and from files of ctsurv 0.1. */
  readonly ctdWithinFolds?: CtdWithinFolds | undefined;
  /** AUC at 24 months, within folds where there are any; absent from files of ctsurv 0.1. */
  readonly auc?: AucWithinFolds | undefined;
}

/**
 * Makes a row of Table 2 from a cross-validation, or from the predictions of a head that was not trained on any of the
 * target's patients. The example of {@linkcode table2} shows it.
 *
 * @param evaluated Every variant of Ctd and the bootstrap interval of `variant`; mean and standard deviation of
 *   the folds' Ctd if there are folds.
 * @param options.variant The reading of Ctd that the pooled one is taken in. @default {"risk"}
 */
export function table2Row(
  start: Table2Row["start"],
  { pooled, interval, mean = null, stdSample = null, ctdWithinFolds, atHorizon }: {
    readonly pooled: ConcordanceTable;
    readonly interval: ConcordanceInterval | null;
    readonly mean?: number | null;
    readonly stdSample?: number | null;
    readonly ctdWithinFolds?: CtdWithinFolds | undefined;
    readonly atHorizon?: Pick<HorizonScores, "auc"> | undefined;
  },
  { variant = "risk" }: { readonly variant?: CtdVariant } = {},
): Table2Row {
  return {
    start,
    pooled: pooled.pre[variant]?.value ?? null,
    interval: [interval?.low ?? null, interval?.high ?? null],
    mean,
    stdSample,
    ...ctdWithinFolds && { ctdWithinFolds },
    ...atHorizon && { auc: atHorizon.auc },
  };
}

const names: Readonly<Record<Table2Row["start"], string>> = {
  "new": "trained on the target alone",
  "source": "trained on the source, fine-tuned on the target",
  "source, as it is": "trained on the source, not fine-tuned",
};
const reported = { "new": paper.table2.imagenet, "source": paper.table2.lung1, "source, as it is": undefined };

/**
 * Table 2 from its results. What was computed and what the paper reports for CLARO stand in different columns.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readTable2, table2, type Table2Result, table2Row, writeTable2 } from "@ctsurv/ctsurv/report";
 * import { concordanceTable } from "@ctsurv/ctsurv/survival";
 *
 * const pooled = concordanceTable({ times: [0, 10], survival: [[1, 0.4], [1, 0.8]], months: [10, 24], event: [1, 0] });
 * const result: Table2Result = {
 *   kind: "table2",
 *   source: { name: "phantom-lung1", hash: "f00d", patients: 12, events: 6 },
 *   target: { name: "phantom-claro", hash: "beef", patients: 2, events: 1, bestReachableCtd: null },
 *   profile: "smoke",
 *   rows: [table2Row("source, as it is", { pooled, interval: null })],
 *   difference: null,
 * };
 * const path = await Deno.makeTempFile();
 * await writeTable2(path, result);
 * assertEquals(await readTable2(path), result);
 * await Deno.remove(path);
 * assertEquals(table2(result).csv.split("\r\n")[1], '"trained on the source, not fine-tuned",,"1.000 [–, –]",,,');
 * ```
 */
export function table2({ source, target, profile, rows, provenance }: Table2Result): Table {
  const best = target.bestReachableCtd;
  const { ctd = "risk" } = provenance?.protocol?.choices ?? {};
  return table(
    rows,
    [
      { label: "Head", value: ({ start }) => names[start] },
      {
        label: "Ctd within folds [95 % interval]",
        value: ({ ctdWithinFolds }) => withInterval(ctdWithinFolds?.pre.risk),
      },
      {
        label: "Ctd, pooled [95 % interval], biased downwards by folds",
        value: ({ pooled: value, interval: [low, high] }) => withInterval({ value, interval: { low, high } }),
      },
      {
        label: "Ctd, mean ± std of folds",
        value: ({ mean, stdSample }) =>
          mean === null ? null : `${formatNumber(mean, 3)} ± ${formatNumber(stdSample, 3)}`,
      },
      { label: "AUC at 24 months [95 % interval]", value: ({ auc }) => withInterval(auc) },
      {
        label: "Paper, LUNG1 to CLARO (reported)",
        value: ({ start }) => reported[start] ? formatNumber(reported[start].mean, 3) : null,
      },
    ],
    [
      `Computed on ${target.name} (${target.patients} patients, ${target.events} deaths) after ${source.name} ` +
      `(${source.patients}, ${source.events}), profile ${profile}`,
      ...best === null ? [] : [`best reachable Ctd ${formatNumber(best, 3)}`],
      ...ctd === "risk" ? [] : [`pooled and mean Ctd in the reading ${ctd}, within folds in the reading risk`],
    ].join("; "),
  );
}

/**
 * Writes `table2.json`.
 *
 * @throws {z.ZodError} If the result is not what the schema says.
 */
export async function writeTable2(path: string, result: Table2Result): Promise<void> {
  await writeAtomic(path, JSON.stringify(table2Schema.parse(result), null, 2) + "\n");
}

/**
 * Reads `table2.json`.
 *
 * @throws {InputError} If there is no such file or it holds something else.
 */
export async function readTable2(path: string): Promise<Table2Result> {
  return await readResults(path, table2Schema, "Table 2");
}
