import { z } from "zod";
import type { AttentionDifference, AttentionOnTumour } from "@ctsurv/analysis/mod.ts";
import type { PhantomLaw } from "@ctsurv/cohort/mod.ts";
import type { CtdWithinFoldsEntry, PairedBootstrap } from "@ctsurv/survival/mod.ts";
import { ctdEntrySchema, pairedSchema } from "../results/_score_schemas.ts";
import { schemaOf } from "../results/_schema.ts";

/** Soft attention against average pooling on a phantom cohort under one law. */
export interface LawResult {
  /** What survival depends on. */
  readonly law: PhantomLaw;
  /** Number of patients. */
  readonly patients: number;
  /** Deaths within 24 months. */
  readonly events: number;
  /** Ctd within folds of soft attention. */
  readonly soft: CtdWithinFoldsEntry;
  /** Ctd within folds of average pooling. */
  readonly average: CtdWithinFoldsEntry;
  /** Soft attention less average pooling, in Ctd within folds; null where no pair can be compared. */
  readonly difference: PairedBootstrap | null;
  /** The weight of soft attention on slices with tumour; null where that cannot be counted. */
  readonly onTumour: AttentionOnTumour | null;
  /** The same less that of the control, the law `null`; null for the control itself, and where it cannot be counted. */
  readonly besideControl: AttentionDifference | null;
  /** Integrated calibration index of soft attention at 24 months; null where there is nothing to smooth. */
  readonly ici: number | null;
  /** Ctd within folds of Cox regression on the same features; null where too few patients died. */
  readonly coxOnFeatures: CtdWithinFoldsEntry | null;
  /** Ctd within folds of the tumour's volume alone. */
  readonly tumourVolume: CtdWithinFoldsEntry | null;
  /** Ctd of the curves that deaths were drawn from. */
  readonly bestReachableCtd: number | null;
}

const count = z.int().nonnegative();
const difference = z.number().min(-1).max(1);
const share = z.number().min(0).max(1);
const limits = z.tuple([difference, difference]).readonly();

/** The schema of {@linkcode AttentionOnTumour} in a file of results. */
export const onTumourSchema: z.ZodType<AttentionOnTumour> = schemaOf<AttentionOnTumour>()(z.strictObject({
  patients: count,
  attended: z.number().nonnegative(),
  uniform: share,
  excess: difference,
  interval: limits,
  level: share,
}));

const attentionDifferenceSchema: z.ZodType<AttentionDifference> = schemaOf<AttentionDifference>()(z.strictObject({
  patients: count,
  difference,
  interval: limits,
  level: share,
}));

/** The schema of {@linkcode LawResult} in a file of results. */
export const lawResultSchema: z.ZodType<LawResult> = schemaOf<LawResult>()(z.strictObject({
  law: z.enum(["tissue", "size", "null"]),
  patients: count,
  events: count,
  soft: ctdEntrySchema,
  average: ctdEntrySchema,
  difference: pairedSchema.nullable(),
  onTumour: onTumourSchema.nullable(),
  besideControl: attentionDifferenceSchema.nullable(),
  ici: z.number().nonnegative().nullable(),
  coxOnFeatures: ctdEntrySchema.nullable(),
  tumourVolume: ctdEntrySchema.nullable(),
  bestReachableCtd: share.nullable(),
}));
