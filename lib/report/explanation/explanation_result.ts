import { z } from "zod";
import type {
  MapSimilarity,
  MeanWithInterval,
  PointingDifference,
  PointingGame,
  SliceOrderTest,
} from "@ctsurv/analysis/mod.ts";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import { type ComparedCohort, comparedCohortSchema } from "../compared_cohort.ts";
import { schemaOf } from "../results/_schema.ts";
import { type Provenance, provenanceSchema } from "../results/provenance.ts";
import { readResults } from "../results/result_files.ts";

const count = z.int().nonnegative();
const share = z.number().min(0).max(1);

const mean = schemaOf<MeanWithInterval>()(
  z.strictObject({ value: z.number(), low: z.number(), high: z.number(), level: share }),
);
const pointing = schemaOf<PointingGame>()(
  z.strictObject({ patients: count, slices: count, hits: share, chance: share, excess: mean }),
);
const difference = schemaOf<PointingDifference>()(z.strictObject({ patients: count, difference: mean }));
const similarity = schemaOf<MapSimilarity>()(
  z.strictObject({ patients: count, correlation: mean, absolute: mean }),
);
const effect = z.strictObject({ attended: z.number(), random: z.number(), difference: mean });
const order = schemaOf<SliceOrderTest>()(z.strictObject({ patients: count, deletion: effect, insertion: effect }));

/**
 * What a model's maps are compared with. With `seed` nothing changes but the seed of the training, which says how alike maps
 * of equally good models are. The others are the sanity checks: weights of the head or of the backbone drawn at random,
 * outcomes shuffled before the training.
 */
export type SanityCheck = "seed" | "head" | "backbone" | "outcomes";

const schema = schemaOf<ExplanationResult>()(z.strictObject({
  kind: z.literal("explanation"),
  cohort: comparedCohortSchema,
  profile: z.string(),
  protocol: z.string(),
  model: z.string(),
  months: z.int().positive(),
  tolerance: z.number().nonnegative(),
  pointing: pointing.nullable(),
  control: z.strictObject({ cohort: z.string(), pointing: pointing.nullable(), difference: difference.nullable() })
    .optional(),
  sanity: z.array(z.strictObject({
    check: z.literal(["seed", "head", "backbone", "outcomes"]),
    similarity: similarity.nullable(),
  })),
  order: order.nullable(),
  provenance: provenanceSchema,
}));

/** Where a model looks within slices, and whether that says something about the model: `explanation.json`. */
export interface ExplanationResult {
  /** Tells this file from others with results. */
  readonly kind: "explanation";
  /** The cohort whose patients were explained, each by a model that did not see them; `hash` is that of `openCohort`. */
  readonly cohort: ComparedCohort;
  /** Name of the study's profile, such as `smoke`. */
  readonly profile: string;
  /** Name of its protocol. */
  readonly protocol: string;
  /** The backbone, such as `efficientnet_b0`. */
  readonly model: string;
  /** Maps are of the log odds of death within so many months. */
  readonly months: number;
  /** Pixels by which a map may miss the tumour. */
  readonly tolerance: number;
  /** Whether Grad-CAM points at the tumour; null where no patient's tumour is known. */
  readonly pointing: PointingGame | null;
  /** The same of a model whose training is the same on outcomes that depend on nothing; absent where there is none. */
  readonly control?: {
    /** Its cohort. */
    readonly cohort: string;
    readonly pointing: PointingGame | null;
    /** Hits of the model less those of the control. */
    readonly difference: PointingDifference | null;
  } | undefined;
  /** How alike the maps are to those of other models. */
  readonly sanity: readonly { readonly check: SanityCheck; readonly similarity: MapSimilarity | null }[];
  /** Deletion and insertion of slices by attention; null where a patient has one slice. */
  readonly order: SliceOrderTest | null;
  /** How the result came to be. */
  readonly provenance: Provenance;
}

/**
 * Writes `explanation.json`.
 *
 * @throws {z.ZodError} If the result is not what the schema says, such as a share above 1.
 */
export async function writeExplanation(path: string, result: ExplanationResult): Promise<void> {
  await writeAtomic(path, JSON.stringify(schema.parse(result), null, 2) + "\n");
}

/**
 * Reads `explanation.json`.
 *
 * @throws {InputError} If there is no such file or it holds something else.
 */
export async function readExplanation(path: string): Promise<ExplanationResult> {
  return await readResults(path, schema, "study of explanations");
}
