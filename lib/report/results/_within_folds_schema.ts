import { z } from "zod";
import type { AucWithinFolds, CtdWithinFolds, CtdWithinFoldsEntry, HorizonScores } from "@ctsurv/survival/mod.ts";
import { schemaOf } from "./_schema.ts";

const share = z.number().min(0).max(1);
const interval = z.strictObject({ low: share, high: share }).nullable();

/** Ctd within folds in one reading. */
const entry = schemaOf<CtdWithinFoldsEntry>()(
  z.strictObject({ value: share.nullable(), interval, comparable: z.int().nonnegative() }),
);

const variants = z.strictObject({ risk: entry, antolini: entry, adj_antolini: entry, lab: entry, authors: entry });

/** Ctd within folds in every reading, as `crossValidate` gives it. */
export const ctdWithinFoldsSchema: z.ZodType<CtdWithinFolds> = schemaOf<CtdWithinFolds>()(
  z.strictObject({ pre: variants, post: variants }),
);

/** An AUC within folds. */
export const aucSchema: z.ZodType<AucWithinFolds> = schemaOf<AucWithinFolds>()(
  z.strictObject({ value: share.nullable(), interval, comparable: z.int().nonnegative() }),
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
