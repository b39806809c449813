import { sha256, writeAtomic } from "@ctsurv/base/mod.ts";
import {
  atRisk,
  type CtdVariant,
  kaplanMeier,
  kaplanMeierAt,
  logRank,
  type Outcomes,
  splitAtMedian,
} from "@ctsurv/survival/mod.ts";
import { type CrossValidation, toSurvivalPredictions } from "@ctsurv/training/mod.ts";
import type { RealRow, RowContext } from "./rows.ts";

/** A number with the ends of its 95 % interval; null where it is undefined. */
export type Estimate = readonly [value: number | null, low: number | null, high: number | null];

/** The Kaplan-Meier curve of a group of patients: months 0 to 24 only, so that no step is one patient's. */
export interface GroupCurve {
  readonly patients: number;
  readonly deaths: number;
  /** [25] */
  readonly survival: readonly (number | null)[];
  /** Under observation at months 0, 6, 12, 18 and 24. */
  readonly atRisk: readonly number[];
}

/** All that is kept of a row: totals, and nothing of any one patient. */
export interface RowTotals {
  readonly kind: "real row";
  readonly name: string;
  /** Tells whether the row was made of the same things. */
  readonly key: string;
  readonly title: string;
  readonly group: RealRow["group"];
  readonly weights: "seeded" | "phantom" | "none";
  readonly patients: number;
  readonly deaths: number;
  /** Of a survival head; 0 for Cox regression. */
  readonly epochs: number;
  /** The number to read first. */
  readonly ctdWithinFolds: Estimate;
  readonly mean: number | null;
  /** Divided by n - 1. */
  readonly std: number | null;
  readonly pooled: Estimate;
  /** At 24 months, within folds. */
  readonly auc: Estimate;
  /** At 24 months; null for a risk, which is no probability. */
  readonly brier: number | null;
  /** [folds] */
  readonly folds: readonly { readonly patients: number; readonly deaths: number; readonly ctd: number | null }[];
  /** Above and below the median of the predicted survival at 24 months; null where it does not divide them. */
  readonly groups: { readonly highRisk: GroupCurve; readonly lowRisk: GroupCurve; readonly p: number } | null;
  /** What casts doubt on the row. */
  readonly messages: readonly string[];
}

/** What a row's numbers depend on, as one text. */
export function rowKey(row: RealRow, { study, patients, epochs }: RowContext, version: string): string {
  const { profile: { folds }, protocol: { choices }, cohort: { hash }, segmenter } = study;
  const ids = sha256(JSON.stringify(patients));
  const own = row.group === "survival head on features" ? epochs : 0;
  return sha256(JSON.stringify([1, version, row.name, own, folds, choices, hash, segmenter.name, ids]));
}

/** The totals of a cross-validation. */
export function totalsOf(
  row: RealRow,
  validation: CrossValidation,
  { key, epochs, variant }: { readonly key: string; readonly epochs: number; readonly variant: CtdVariant },
): RowTotals {
  const { folds, mean, stdSample, pooled, interval, predictions, messages = [], atHorizon } = validation;
  const within = validation.ctdWithinFolds.pre[variant];
  return {
    kind: "real row",
    name: row.name,
    key,
    title: row.title,
    group: row.group,
    weights: row.weights ?? "none",
    patients: predictions.length,
    deaths: predictions.filter(({ event }) => event === 1).length,
    epochs: row.group === "survival head on features" ? epochs : 0,
    ctdWithinFolds: estimate(within.value, within.interval),
    mean: round(mean),
    std: round(stdSample),
    pooled: estimate(pooled.pre[variant]?.value ?? null, interval),
    auc: estimate(atHorizon.auc.value, atHorizon.auc.interval),
    brier: row.ranksOnly ? null : round(atHorizon.brier),
    folds: folds.map(({ patients, events, ctd }) => ({ patients, deaths: events, ctd: round(ctd.value) })),
    groups: groupsOf(predictions),
    messages,
  };
}

function groupsOf(predictions: CrossValidation["predictions"]): RowTotals["groups"] {
  const { highRisk, lowRisk } = splitAtMedian(toSurvivalPredictions(predictions), 24);
  if (highRisk.months.length === 0) return null;
  return { highRisk: curveOf(highRisk), lowRisk: curveOf(lowRisk), p: round(logRank([highRisk, lowRisk]).p)! };
}

function curveOf(group: Outcomes): GroupCurve {
  const curve = kaplanMeier(group);
  return {
    patients: group.months.length,
    deaths: Array.from(group.event).reduce((sum, one) => sum + one, 0),
    survival: Array.from({ length: 25 }, (_, month) => round(kaplanMeierAt(curve, month)?.survival ?? null)),
    atRisk: atRisk(group, [0, 6, 12, 18, 24]),
  };
}

/** With its interval, to six decimals. */
export function estimate(
  value: number | null,
  interval: { readonly low: number; readonly high: number } | null | undefined,
): Estimate {
  return [round(value), round(interval?.low ?? null), round(interval?.high ?? null)];
}

/** To six decimals. */
export function round(value: number | null): number | null {
  return value === null ? null : Number(value.toFixed(6));
}

/** Reads a file of totals, if it is there and whole. */
export async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(path)) as T;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Writes totals. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeAtomic(path, JSON.stringify(value, null, 2) + "\n");
}
