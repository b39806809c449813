import { z } from "zod";
import { paper } from "@ctsurv/analysis/mod.ts";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import type { ConcordanceInterval, ConcordanceTable } from "@ctsurv/survival/mod.ts";
import { formatNumber } from "../format.ts";
import { type Table, table } from "../tables/table.ts";
import { provenanceSchema } from "./provenance.ts";
import { readResults } from "./result_files.ts";

const concordance = z.number().min(0).max(1).nullable();
const interval = z.tuple([z.number().nullable(), z.number().nullable()]);
const cohort = z.strictObject({
  name: z.string(),
  hash: z.string(),
  patients: z.int().nonnegative(),
  events: z.int().nonnegative(),
});

const table2Schema = z.strictObject({
  kind: z.literal("table2"),
  source: cohort,
  target: cohort.extend({ bestReachableCtd: concordance }),
  profile: z.string(),
  /** Ctd over all out-of-fold predictions on the target, by where the head starts, with 95 % bootstrap intervals. */
  rows: z.array(z.strictObject({
    start: z.enum(["source, as it is", "new", "source"]),
    pooled: concordance,
    interval,
    /** Mean of the folds' Ctd; null where there are none. */
    mean: concordance,
    stdSample: z.number().nonnegative().nullable(),
  })),
  /** Of the fine-tuned head less the new one, on the same patients, by paired bootstrap. */
  difference: z.strictObject({
    difference: z.number(),
    low: z.number(),
    high: z.number(),
    level: z.number(),
    p: z.number(),
    replicates: z.int(),
  }).nullable(),
  provenance: provenanceSchema.optional(),
});

/** The transfer from one cohort to another: what Table 2 is made from. */
export type Table2Result = z.infer<typeof table2Schema>;

type Row = Table2Result["rows"][number];

/** A row of Table 2 from a cross-validation, or from predictions of a head that saw none of the target's patients. */
export function table2Row(
  start: Row["start"],
  { pooled, interval, mean = null, stdSample = null }: {
    readonly pooled: ConcordanceTable;
    readonly interval: ConcordanceInterval | null;
    readonly mean?: number | null;
    readonly stdSample?: number | null;
  },
): Row {
  return {
    start,
    pooled: pooled.pre.risk.value,
    interval: [interval?.low ?? null, interval?.high ?? null],
    mean,
    stdSample,
  };
}

const names: Readonly<Record<Row["start"], string>> = {
  "new": "trained on the target alone",
  "source": "trained on the source, fine-tuned on the target",
  "source, as it is": "trained on the source, not fine-tuned",
};
const reported = { "new": paper.table2.imagenet, "source": paper.table2.lung1, "source, as it is": undefined };

/** Table 2 from its results: what was computed, and in a column of its own what the paper reports for CLARO. */
export function table2({ source, target, profile, rows }: Table2Result): Table {
  const best = target.bestReachableCtd;
  return table(
    rows,
    [
      { label: "Head", value: ({ start }) => names[start] },
      {
        label: "Ctd, pooled [95 % interval]",
        value: ({ pooled, interval: [low, high] }) =>
          pooled === null ? null : `${formatNumber(pooled, 3)} [${formatNumber(low, 3)}, ${formatNumber(high, 3)}]`,
      },
      {
        label: "Ctd, mean ± std of folds",
        value: ({ mean, stdSample }) =>
          mean === null ? null : `${formatNumber(mean, 3)} ± ${formatNumber(stdSample, 3)}`,
      },
      {
        label: "Paper, LUNG1 to CLARO (reported)",
        value: ({ start }) => reported[start] ? formatNumber(reported[start].mean, 3) : null,
      },
    ],
    [
      `Computed on ${target.name} (${target.patients} patients, ${target.events} deaths) after ${source.name} ` +
      `(${source.patients}, ${source.events}), profile ${profile}`,
      ...best === null ? [] : [`best reachable Ctd ${formatNumber(best, 3)}`],
    ].join("; "),
  );
}

/**
 * Writes results as JSON.
 *
 * @throws {z.ZodError} If they are not what the schema says.
 */
export async function writeTable2(path: string, result: Table2Result): Promise<void> {
  await writeAtomic(path, JSON.stringify(table2Schema.parse(result), null, 2) + "\n");
}

/**
 * Reads results.
 *
 * @throws {InputError} If there is no such file or it holds something else.
 */
export async function readTable2(path: string): Promise<Table2Result> {
  return await readResults(path, table2Schema, "Table 2");
}
