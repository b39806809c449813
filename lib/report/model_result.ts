import type { ConcordanceInterval, ConcordanceTable } from "@ctsurv/survival/mod.ts";
import type { Provenance } from "./provenance.ts";
import type { ModelResult } from "./results.ts";

/** The part of a cross-validation that goes into Table 1; `crossValidate` gives it. */
export interface CrossValidated {
  readonly folds: readonly {
    /** From 0. */
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

/** A cross-validation as a row of Table 1: folds from 1, the primary Ctd. */
export function modelResult(
  { folds, mean, stdSample, stdPopulation, pooled, interval }: CrossValidated,
  { model, name, weights, view, provenance }: ModelResultOptions,
): ModelResult {
  return {
    model,
    name,
    weights,
    view,
    folds: folds.map(({ fold, patients, events, ctd }) => ({ fold: fold + 1, patients, events, ctd: ctd.value })),
    mean,
    stdSample,
    stdPopulation,
    ...provenance && { provenance: { ...provenance } },
    pooled: { value: pooled.pre.risk.value, interval: [interval?.low ?? null, interval?.high ?? null] },
  };
}
