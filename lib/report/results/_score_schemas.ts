import { z } from "zod";
import type {
  AucWithinFolds,
  CtdWithinFolds,
  CtdWithinFoldsEntry,
  HorizonScores,
  PairedBootstrap,
} from "@ctsurv/survival/mod.ts";
import { schemaOf } from "./_schema.ts";

const count = z.int().nonnegative();
const share = z.number().min(0).max(1);
const difference = z.number().min(-1).max(1);
const interval = z.strictObject({ low: share, high: share }).nullable();

/** Ctd within folds in one reading. */
export const ctdEntrySchema: z.ZodType<CtdWithinFoldsEntry> = schemaOf<CtdWithinFoldsEntry>()(
  z.strictObject({ value: share.nullable(), interval, comparable: count }),
);

const variants = z.strictObject({
  risk: ctdEntrySchema,
  antolini: ctdEntrySchema,
  adj_antolini: ctdEntrySchema,
  lab: ctdEntrySchema,
  authors: ctdEntrySchema,
});

/** Ctd within folds in every reading, as `crossValidate` gives it. */
export const ctdWithinFoldsSchema: z.ZodType<CtdWithinFolds> = schemaOf<CtdWithinFolds>()(
  z.strictObject({ pre: variants, post: variants }),
);

/** An AUC within folds. */
export const aucSchema: z.ZodType<AucWithinFolds> = schemaOf<AucWithinFolds>()(
  z.strictObject({ value: share.nullable(), interval, comparable: count }),
);

/** The scores at the horizon, as `crossValidate` gives them. */
export const horizonScoresSchema: z.ZodType<HorizonScores> = schemaOf<HorizonScores>()(z.strictObject({
  months: z.number().positive(),
  auc: aucSchema,
  aucPooled: aucSchema,
  brier: z.number().nonnegative().nullable(),
  integratedBrier: z.number().nonnegative().nullable(),
  ici: z.number().nonnegative().nullable(),
}));

/** The difference in Ctd between two models, as `pairedBootstrap` gives it. */
export const pairedSchema: z.ZodType<PairedBootstrap> = schemaOf<PairedBootstrap>()(z.strictObject({
  difference,
  low: difference,
  high: difference,
  level: share,
  p: share,
  replicates: count,
}));

/** A Ctd and the pairs behind it. */
export const concordanceSchema = z.strictObject({
  value: share.nullable(),
  concordant: z.number(),
  comparable: count,
});

/**
 * The result of a fold and a prediction of one of its test patients.
 *
 * @param fold Its number: ctsurv 0.1 counted cross-validations from 0.
 */
export function foldSchemas(fold: z.ZodInt) {
  return {
    result: z.strictObject({
      fold,
      patients: count,
      events: count,
      ctd: concordanceSchema,
      losses: z.array(z.number()),
    }),
    prediction: z.strictObject({
      id: z.string(),
      survival: z.array(z.number()).transform((survival) => Float64Array.from(survival)),
      attention: z.array(z.number()).transform((attention) => Float32Array.from(attention)),
      fold,
      months: z.number().nonnegative(),
      event: z.literal([0, 1]),
    }),
  };
}
