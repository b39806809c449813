import { z } from "zod";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import type { Estimated, MaybeEstimated, ValidationScores } from "@ctsurv/survival/mod.ts";
import { MISSING, withInterval } from "../format.ts";
import { aucSchema, ctdEntrySchema } from "../results/_score_schemas.ts";
import { schemaOf } from "../results/_schema.ts";
import { type Provenance, provenanceSchema } from "../results/provenance.ts";
import { readResults } from "../results/result_files.ts";
import { bracketed, percent, plain, sideOf } from "../sentences/_words.ts";
import { type Table, table } from "../tables/table.ts";
import type { ComparedCohort } from "../compared_cohort.ts";
import { type Remarks, remarksShape } from "../remarks.ts";

/** Who is in a cohort, as TRIPOD+AI's item 20 asks for development and validation beside each other. */
export interface CaseMix extends ComparedCohort, Pick<Remarks, "skipped"> {
  /** Median, in years; null where no age is known. */
  readonly age: number | null;
  /** Of those whose sex is known; null where none is. */
  readonly male: number | null;
  /** Of those whose overall stage is known, the share of stage III and IV; null where none is. */
  readonly advanced: number | null;
}

/** A model that was trained on one cohort and evaluated on another: `external_validation.json`. */
export interface ExternalValidation extends Pick<Remarks, "messages"> {
  /** Tells this file from others with results. */
  readonly kind: "external-validation";
  /** Name of the study's profile. */
  readonly profile: string;
  /** Short name of the model: `efficientnet_b0`. */
  readonly model: string;
  /** The cohort that the model was trained on. */
  readonly development: CaseMix;
  /** The cohort that it predicts, and whose outcomes it never saw. */
  readonly validation: CaseMix;
  /** On the development cohort, each patient predicted by the fold that left them out. */
  readonly internal: ValidationScores;
  /** On the validation cohort, by one model of all development patients. */
  readonly external: ValidationScores;
  /** How the result came to be. */
  readonly provenance: Provenance;
}

const share = z.number().min(0).max(1);
const count = z.int().nonnegative();
const caseMixSchema: z.ZodType<CaseMix> = schemaOf<CaseMix>()(z.strictObject({
  name: z.string(),
  hash: z.string(),
  patients: count,
  events: count,
  age: z.number().nonnegative().nullable(),
  male: share.nullable(),
  advanced: share.nullable(),
  skipped: remarksShape.skipped,
}));
const estimatedSchema: z.ZodType<Estimated> = schemaOf<Estimated>()(
  z.strictObject({ value: z.number(), low: z.number(), high: z.number() }),
);
const end = z.number().nullable();
const maybeEstimatedSchema: z.ZodType<MaybeEstimated> = schemaOf<MaybeEstimated>()(
  z.strictObject({ value: z.number(), low: end, high: end }),
);
const scoresSchema: z.ZodType<ValidationScores> = schemaOf<ValidationScores>()(z.strictObject({
  time: z.number().positive(),
  ctd: ctdEntrySchema,
  auc: aucSchema,
  predicted: share,
  observed: z.strictObject({ survival: share, low: share.nullable(), high: share.nullable() }).nullable(),
  observedToExpected: maybeEstimatedSchema.nullable(),
  slope: estimatedSchema.nullable(),
  ici: z.number().nonnegative().nullable(),
  brier: z.number().nonnegative().nullable(),
  scaledBrier: z.number().max(1).nullable(),
  netBenefit: z.strictObject({
    threshold: share,
    model: z.number().nullable(),
    treatAll: z.number().nullable(),
  }),
}));
const schema = schemaOf<ExternalValidation>()(z.strictObject({
  kind: z.literal("external-validation"),
  profile: z.string(),
  model: z.string(),
  development: caseMixSchema,
  validation: caseMixSchema,
  internal: scoresSchema,
  external: scoresSchema,
  messages: remarksShape.messages,
  provenance: provenanceSchema,
}));

/**
 * Writes `external_validation.json`.
 *
 * @throws {z.ZodError} If the result is not what the schema says.
 */
export async function writeExternalValidation(path: string, result: ExternalValidation): Promise<void> {
  await writeAtomic(path, JSON.stringify(schema.parse(result), null, 2) + "\n");
}

/**
 * Reads `external_validation.json`.
 *
 * @throws {InputError} If there is no such file or it holds something else.
 */
export async function readExternalValidation(path: string): Promise<ExternalValidation> {
  return await readResults(path, schema, "external validation");
}

/** Development and validation beside each other: who they are, and how the model does. */
export function externalValidationTable(
  { model, development, validation, internal, external }: Omit<ExternalValidation, "kind" | "profile" | "provenance">,
): Table {
  const number = (value: number | null, decimals = 3) => value === null ? MISSING : plain(value, decimals);
  const interval = (found: MaybeEstimated | null) => found ? estimate(found) : MISSING;
  // Files of before have a threshold of each cohort's own.
  const at = new Set([internal, external].map(({ netBenefit }) => plain(netBenefit.threshold)));
  const threshold = `threshold ${[...at].join(" and ")}`;
  const shareOf = (value: number | null) => value === null ? MISSING : percent(value);
  const rows: readonly (readonly [string, (mix: CaseMix, scores: ValidationScores) => string])[] = [
    ["Patients", ({ patients }) => `${patients}`],
    ["Deaths within 24 months", ({ events }) => `${events}`],
    ["Age, median in years", ({ age }) => number(age, 0)],
    ["Male", ({ male }) => shareOf(male)],
    ["Stage III or IV", ({ advanced }) => shareOf(advanced)],
    ["Survival, observed", (_, { observed }) => interval(observed && { ...observed, value: observed.survival })],
    ["Survival, mean predicted", (_, { predicted }) => plain(predicted)],
    ["Ctd", (_, { ctd }) => withInterval(ctd) ?? MISSING],
    ["AUC", (_, { auc }) => withInterval(auc) ?? MISSING],
    ["Deaths observed / expected", (_, { observedToExpected }) => interval(observedToExpected)],
    ["Calibration slope", (_, { slope }) => interval(slope)],
    ["ICI", (_, { ici }) => number(ici)],
    ["Brier score", (_, { brier }) => number(brier)],
    ["Scaled Brier score", (_, { scaledBrier }) => number(scaledBrier)],
    [`Net benefit of the model, ${threshold}`, (_, { netBenefit }) => number(netBenefit.model)],
    [`Net benefit of treating all, ${threshold}`, (_, { netBenefit }) => number(netBenefit.treatAll)],
  ];
  return table(rows, [
    { label: `At ${external.time} months`, value: ([label]) => label },
    { label: `Development: ${development.name}, out of fold`, value: ([, cell]) => cell(development, internal) },
    { label: `Validation: ${validation.name}`, value: ([, cell]) => cell(validation, external) },
  ], `${model}, trained on ${development.name}, on patients whom it never saw`);
}

/** Says whether a model's numbers hold on the other cohort: discrimination, calibration in the large, slope. */
export function saysExternalValidation(
  { validation, external: { time, ctd, observed, observedToExpected, slope } }: Pick<
    ExternalValidation,
    "validation" | "external"
  >,
): readonly string[] {
  const against = (
    found: Pick<Estimated, "low" | "high">,
    of: number,
    words: Record<"above" | "below" | "around", string>,
  ) => words[sideOf(found, of)];
  return [
    ctd.value === null
      ? `On ${validation.name} no pair of patients can be compared.`
      : !ctd.interval
      ? `On ${validation.name}, Ctd is ${plain(ctd.value)}, and there is no interval.`
      : `On ${validation.name}, Ctd is ${bracketed(ctd.value, ctd.interval)}: ${
        against(ctd.interval, .5, {
          above: "better than chance",
          below: "worse than chance",
          around: "not told apart from chance",
        })
      }.`,
    saysDeaths({ time, observed, observedToExpected }),
    slope
      ? `The calibration slope is ${bracketed(slope.value, slope)}: ${
        against(slope, 1, {
          above: "predictions are too close together",
          below: "predictions are too far apart, as those of an overfitted model",
          around: "not told apart from 1",
        })
      }.`
      : "There is no calibration slope.",
  ];
}

function saysDeaths(
  { time, observed, observedToExpected }: Pick<ValidationScores, "time" | "observed" | "observedToExpected">,
): string {
  if (!observed) return `How many die by ${time} months is not known: nobody was followed for so long.`;
  if (!observedToExpected) {
    return `The model expects nobody to die by ${time} months, so there are no observed deaths per expected one.`;
  }
  const { value, low, high } = observedToExpected;
  const found = `Observed deaths per expected one are ${estimate(observedToExpected)}`;
  if (low === null || high === null) {
    const who = value === 0 ? "Nobody" : "Everybody";
    return `${found}. ${who} died by ${time} months, so there is no interval, and nothing is told of the model.`;
  }
  const verdict = {
    above: "more die than the model expects",
    below: "fewer die than the model expects",
    around: "as many die as the model expects, as far as can be told",
  }[sideOf({ low, high }, 1)];
  return `${found}: ${verdict}.`;
}

/** A number with its interval, or alone where it has none. */
function estimate({ value, low, high }: MaybeEstimated): string {
  return low === null || high === null ? plain(value) : bracketed(value, { low, high });
}
