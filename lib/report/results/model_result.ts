import type {
  ConcordanceInterval,
  ConcordanceTable,
  CtdVariant,
  CtdWithinFolds,
  HorizonScores,
} from "@ctsurv/survival/mod.ts";
import type { Provenance } from "./provenance.ts";
import type { ModelResult } from "./table1.ts";

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
  /** Every variant of Ctd over the pairs of patients of the same fold. Absent from files of ctsurv 0.1. */
  readonly ctdWithinFolds?: CtdWithinFolds | undefined;
  /** AUC, Brier score and calibration at 24 months. Absent from files of ctsurv 0.1. */
  readonly atHorizon?: HorizonScores | undefined;
  /** Training loss of one curve for everybody. */
  readonly constantLoss?: number | undefined;
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
  /** From slices to a patient. @default {the row does not say} */
  readonly aggregation?: ModelResult["aggregation"];
  /** What Cox regression reaches on the same features. @default {the row does not say} */
  readonly coxOnFeatures?: ModelResult["coxOnFeatures"];
  /** Which scans of which patients the features are of, see `ModelResult`. @default {the row does not say} */
  readonly scans?: ModelResult["scans"];
  /** How the result came to be. @default {the row has none} */
  readonly provenance?: Provenance;
  /** Which of the pooled Ctd the row has; `crossValidate` had the same. @default {"risk"} */
  readonly variant?: CtdVariant;
}

/**
 * Makes a row of Table 1 from a cross-validation. Of its variants of Ctd the row takes one, `risk` by default.
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
 * assertEquals(row.pooled, { value: 0.5, interval: [null, null] }); // without ctdWithinFolds, as a file of 0.1
 * assertEquals(row.folds, [{ fold: 1, patients: 3, events: 1, ctd: 0.5 }]);
 * ```
 */
export function modelResult(
  { folds, mean, stdSample, stdPopulation, pooled, interval, ...since }: CrossValidated,
  { model, name, weights, view, aggregation, coxOnFeatures, scans, provenance, variant = "risk" }: ModelResultOptions,
): ModelResult {
  const { value = null } = pooled.pre[variant] ?? {};
  const { ctdWithinFolds, atHorizon, constantLoss } = since;
  return {
    model,
    name,
    weights,
    view,
    ...aggregation && { aggregation },
    ...ctdWithinFolds && { ctdWithinFolds },
    ...atHorizon && { atHorizon },
    ...constantLoss !== undefined && { constantLoss },
    ...coxOnFeatures && { coxOnFeatures },
    ...scans !== undefined && { scans },
    folds: folds.map(({ fold, patients, events, ctd }) => ({ fold, patients, events, ctd: ctd.value })),
    mean,
    stdSample,
    stdPopulation,
    ...provenance && { provenance: { ...provenance } },
    pooled: { value, interval: [interval?.low ?? null, interval?.high ?? null] },
  };
}
