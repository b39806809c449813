import { z } from "zod";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import type { PairedBootstrap } from "@ctsurv/survival/mod.ts";
import { pairedSchema } from "./_score_schemas.ts";
import { schemaOf } from "./_schema.ts";
import { type Provenance, provenanceSchema } from "./provenance.ts";
import { readResults } from "./result_files.ts";

/** What a choice did to the headline row's predictions. */
export type MultiverseEffect = "moved" | "rounding" | "none";

/** The Ctd within folds of a cross-validation. */
export interface MultiverseCtd {
  /** Null where no pair of a fold can be compared. */
  readonly value: number | null;
  /** 95 % bootstrap interval. */
  readonly interval: { readonly low: number; readonly high: number } | null;
}

/** The headline row with one choice made otherwise. */
export interface MultiverseRow {
  /** The choice and its value, as a protocol has them: `attention=linear`. */
  readonly name: string;
  /** For people: "attention: linear". */
  readonly title: string;
  /** What the headline has there: `gated`. */
  readonly headline: string;
  /** Patients with predictions. */
  readonly patients: number;
  /** Under the row's own months, folds and variant of Ctd. */
  readonly ctd: MultiverseCtd;
  /** Mean of the folds' Ctd. */
  readonly mean: number | null;
  /** Of this row's Ctd less the headline's, on the patients that both have; null where no pair can be compared. */
  readonly difference: PairedBootstrap | null;
  /**
   * `moved`: predictions differ. `rounding`: they differ though nothing but the order of sums does. `none`: they are equal
   * to the last bit.
   */
  readonly effect: MultiverseEffect;
  /** Why a row without effect has none, or what to know about the row. */
  readonly note?: string;
}

/** A row that could not be computed. */
export interface MissingRow {
  /** As in {@linkcode MultiverseRow}. */
  readonly name: string;
  /** What would be needed. */
  readonly reason: string;
}

/** One model under each choice changed alone: `multiverse.json`. */
export interface MultiverseResult {
  /** Tells this file from others with results. */
  readonly kind: "multiverse";
  /** The cohort. */
  readonly cohort: {
    readonly name: string;
    readonly hash: string;
    /** Patients with predictions under the headline's choices. */
    readonly patients: number;
    /** Deaths among them within 24 months. */
    readonly events: number;
  };
  /** Name of the study's profile. */
  readonly profile: string;
  /** Short name of the model: `efficientnet_b0`. */
  readonly model: string;
  /** The model without a change. */
  readonly headline: {
    /** Name of the protocol. */
    readonly protocol: string;
    readonly ctd: MultiverseCtd;
    readonly mean: number | null;
  };
  /** Every choice that was changed. */
  readonly rows: readonly MultiverseRow[];
  /** Choices that were asked for and could not be computed. */
  readonly missing: readonly MissingRow[];
  /** How the headline row came to be; the others differ in what their names say. */
  readonly provenance: Provenance;
}

const share = z.number().min(0).max(1);
const ctd = z.strictObject({
  value: share.nullable(),
  interval: z.strictObject({ low: share, high: share }).nullable(),
});

const schema = schemaOf<MultiverseResult>()(z.strictObject({
  kind: z.literal("multiverse"),
  cohort: z.strictObject({
    name: z.string(),
    hash: z.string(),
    patients: z.int().nonnegative(),
    events: z.int().nonnegative(),
  }),
  profile: z.string(),
  model: z.string(),
  headline: z.strictObject({ protocol: z.string(), ctd, mean: share.nullable() }),
  rows: z.array(z.strictObject({
    name: z.string(),
    title: z.string(),
    headline: z.string(),
    patients: z.int().nonnegative(),
    ctd,
    mean: share.nullable(),
    difference: pairedSchema.nullable(),
    effect: z.enum(["moved", "rounding", "none"]),
    note: z.string().exactOptional(),
  })),
  missing: z.array(z.strictObject({ name: z.string(), reason: z.string() })),
  provenance: provenanceSchema,
}));

/**
 * Writes `multiverse.json`. The example of `multiverseTable` has such a result.
 *
 * @throws {z.ZodError} If the result is not what the schema says.
 */
export async function writeMultiverse(path: string, result: MultiverseResult): Promise<void> {
  await writeAtomic(path, JSON.stringify(schema.parse(result), null, 2) + "\n");
}

/**
 * Reads `multiverse.json`.
 *
 * @throws {InputError} If there is no such file or it holds something else.
 */
export async function readMultiverse(path: string): Promise<MultiverseResult> {
  return await readResults(path, schema, "multiverse");
}
