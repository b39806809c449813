import { z } from "zod";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import type { CtdWithinFoldsEntry, PairedBootstrap } from "@ctsurv/survival/mod.ts";
import { withInterval } from "../format.ts";
import { ctdEntrySchema, pairedSchema } from "../results/_score_schemas.ts";
import { schemaOf } from "../results/_schema.ts";
import { type Provenance, provenanceSchema } from "../results/provenance.ts";
import { readResults } from "../results/result_files.ts";
import { bracketed, counted, percent, sideOf } from "../sentences/_words.ts";
import { type Table, table } from "../tables/table.ts";
import { type Remarks, remarksShape } from "../remarks.ts";
import { type ComparedCohort, comparedCohortSchema } from "../compared_cohort.ts";

/** A model whose folds trained on a part of their patients. */
export interface LearningPoint {
  /** Part of the training patients, above 0; 1 for all. */
  readonly share: number;
  /** How many each fold trained on; the mean over the folds where all are taken. */
  readonly patients: number;
  /** Ctd within folds, as the protocol reads Ctd. The patients who are tested are the same at every point. */
  readonly ctd: CtdWithinFoldsEntry;
  /** Less the Ctd with all training patients; null for these themselves, and where no pair can be compared. */
  readonly difference: PairedBootstrap | null;
  /** Integrated calibration index at 24 months; null where there is nothing to smooth. */
  readonly ici: number | null;
}

/**
 * How a model does with fewer training patients: `learning_curve.json`, for other models than EfficientNet-B0 with the
 * model's name.
 */
export interface LearningCurve extends Remarks {
  /** Tells this file from others with results. */
  readonly kind: "learning-curve";
  /** The cohort. */
  readonly cohort: ComparedCohort;
  /** Name of the study's profile. */
  readonly profile: string;
  /** Short name of the model, such as `efficientnet_b0`. */
  readonly model: string;
  /** From the fewest patients to all. */
  readonly points: readonly LearningPoint[];
  /** How the result came to be. */
  readonly provenance: Provenance;
}

const schema = schemaOf<LearningCurve>()(z.strictObject({
  kind: z.literal("learning-curve"),
  cohort: comparedCohortSchema,
  profile: z.string(),
  model: z.string(),
  points: z.array(z.strictObject({
    share: z.number().positive().max(1),
    patients: z.number().positive(),
    ctd: ctdEntrySchema,
    difference: pairedSchema.nullable(),
    ici: z.number().nonnegative().nullable(),
  })),
  ...remarksShape,
  provenance: provenanceSchema,
}));

/**
 * Writes `learning_curve.json`.
 *
 * @throws {z.ZodError} If the result is not what the schema says.
 */
export async function writeLearningCurve(path: string, result: LearningCurve): Promise<void> {
  await writeAtomic(path, JSON.stringify(schema.parse(result), null, 2) + "\n");
}

/**
 * Reads `learning_curve.json`.
 *
 * @throws {InputError} If there is no such file or it holds something else.
 */
export async function readLearningCurve(path: string): Promise<LearningCurve> {
  return await readResults(path, schema, "learning curve");
}

/** The points of a learning curve, one row each. */
export function learningCurveTable({ model, cohort, points }: Omit<LearningCurve, "provenance">): Table {
  return table(points, [
    { label: "Training patients", value: ({ share }) => percent(share) },
    { label: "Patients a fold", value: ({ patients }) => patients, decimals: 1 },
    { label: "Ctd within folds [95 % interval]", value: ({ ctd }) => withInterval(ctd) },
    {
      label: "Less that of all [95 % interval]",
      value: ({ difference }) => difference && bracketed(difference.difference, difference),
    },
    { label: "ICI", value: ({ ici }) => ici, decimals: 3 },
  ], `${model} with fewer training patients, ${cohort.name} (${counted(cohort.patients, "patient")})`);
}

/**
 * Says whether more patients still help at the end of a learning curve: by the last point before all patients.
 *
 * @example
 * ```ts
 * import { saysLearningCurve } from "@ctsurv/ctsurv/report";
 * import { assertEquals } from "@std/assert";
 *
 * const ctd = (value: number) => ({ value, interval: { low: value - .1, high: value + .1 }, comparable: 90 });
 * const paired = { difference: -.02, low: -.05, high: .01, level: .95, p: .2, replicates: 2000 };
 * assertEquals(
 *   saysLearningCurve({
 *     points: [
 *       { share: .75, patients: 65, ctd: ctd(.70), difference: paired, ici: .1 },
 *       { share: 1, patients: 86.4, ctd: ctd(.72), difference: null, ici: .08 },
 *     ],
 *   }),
 *   "With 75.0 % of the training patients, Ctd within folds less that with all of them is -0.020 [-0.050, 0.010]: " +
 *     "the interval holds 0, so whether more patients would help is not told.",
 * );
 * ```
 */
export function saysLearningCurve({ points }: Pick<LearningCurve, "points">): string {
  const last = points.findLast(({ difference }) => difference !== null);
  if (!last) return "Too few patients for a learning curve: no smaller part could be trained on.";
  const { share, difference } = last;
  const verdict = {
    above: "fewer patients did better, which no learning curve explains but chance or training that has not ended",
    below: "the last patients still helped, so more would probably help",
    around: "the interval holds 0, so whether more patients would help is not told",
  }[sideOf(difference!)];
  return `With ${percent(share)} of the training patients, Ctd within folds less that with all of them is ${
    bracketed(difference!.difference, difference!)
  }: ${verdict}.`;
}
