import { z } from "zod";
import type { AucWithinFolds, CtdWithinFolds, CtdWithinFoldsEntry, HorizonScores } from "@ctsurv/survival/mod.ts";
import { schemaOf } from "./_schema.ts";
import { aucSchema, ctdEntrySchema } from "./_score_schemas.ts";

/** What Cox regression reaches on the features of a row of Table 1, on the same patients and folds. */
export interface CoxCeiling {
  /** Mean Ctd over the folds that have one; null if none has. */
  readonly mean: number | null;
  /** Standard deviation over the folds, divided by n - 1; null for fewer than two. */
  readonly stdSample: number | null;
  /** Primary Ctd within folds, with its interval. */
  readonly ctdWithinFolds: CtdWithinFoldsEntry;
  /** AUC at 24 months within folds, with its interval. */
  readonly auc: AucWithinFolds;
}

/**
 * What a row of Table 1 keeps of the Cox regression on its features.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { coxCeiling } from "@ctsurv/ctsurv/report";
 * import { ctdWithinFolds, horizonScores } from "@ctsurv/ctsurv/survival";
 *
 * const survival = [[.3, .2], [.5, .3], [.7, .6], [.95, .9]];
 * const predictions = { times: [12, 24], survival, months: [5, 24, 15, 24], event: [1, 0, 1, 0] };
 * const { ctdWithinFolds: within, auc } = coxCeiling({
 *   mean: 1,
 *   stdSample: 0,
 *   ctdWithinFolds: ctdWithinFolds(predictions, [1, 1, 2, 2]),
 *   atHorizon: horizonScores(predictions, [1, 1, 2, 2], { replicates: 0 }),
 * });
 * assertEquals([within.value, auc.value], [1, 1]);
 * ```
 *
 * @param validation As `crossValidate` and `coxRow` give it.
 */
export function coxCeiling(
  { mean, stdSample, ctdWithinFolds, atHorizon }: {
    readonly mean: number | null;
    readonly stdSample: number | null;
    readonly ctdWithinFolds: CtdWithinFolds;
    readonly atHorizon: HorizonScores;
  },
): CoxCeiling {
  return { mean, stdSample, ctdWithinFolds: ctdWithinFolds.pre.risk, auc: atHorizon.auc };
}

/** The schema of {@linkcode CoxCeiling} in a file of results. */
export const coxCeilingSchema: z.ZodType<CoxCeiling> = schemaOf<CoxCeiling>()(z.strictObject({
  mean: z.number().min(0).max(1).nullable(),
  stdSample: z.number().nonnegative().nullable(),
  ctdWithinFolds: ctdEntrySchema,
  auc: aucSchema,
}));
