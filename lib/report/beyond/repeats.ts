import { z } from "zod";
import { formatP, writeAtomic } from "@ctsurv/base/mod.ts";
import { schemaOf } from "../results/_schema.ts";
import { type Provenance, provenanceSchema } from "../results/provenance.ts";
import { readResults } from "../results/result_files.ts";
import { capital, counted, plain } from "../sentences/_words.ts";
import { type Table, table } from "../tables/table.ts";
import { type Remarks, remarksShape } from "../remarks.ts";
import { type ComparedCohort, comparedCohortSchema } from "../compared_cohort.ts";

/** What one of two models had in one repetition. */
export interface RepeatedScore {
  /** Ctd within folds, as the protocol reads Ctd; null where no pair can be compared. */
  readonly withinFolds: number | null;
  /** Mean of the folds' Ctd; null where no fold has one. */
  readonly mean: number | null;
}

/** The first model less the second, by the corrected resampled t-test; see `compareRepeats`. */
export interface RepeatTest {
  /** Mean of the folds' differences in Ctd. */
  readonly difference: number;
  /** Of the mean, corrected for training sets that overlap. */
  readonly standardError: number;
  /** One less than the folds. */
  readonly degreesOfFreedom: number;
  /** Two-sided p-value; null where all differences are 0. */
  readonly p: number | null;
}

/**
 * A cross-validation that was repeated with other folds and other first weights: `repeats.json`, for other rows than soft
 * attention and average pooling with their names.
 */
export interface Repeats extends Remarks {
  /** Tells this file from others with results. */
  readonly kind: "repeats";
  /** The cohort. */
  readonly cohort: ComparedCohort;
  /** Name of the study's profile. */
  readonly profile: string;
  /** The two models, for people. */
  readonly models: readonly [first: string, second: string];
  /** One for each repetition. */
  readonly repetitions: readonly {
    /** Seed of its folds. */
    readonly foldSeed: number;
    /** Seed of its training. */
    readonly seed: number;
    readonly first: RepeatedScore;
    readonly second: RepeatedScore;
  }[];
  /** First less second by the first repetition alone, as most papers would report it; null where it cannot be tested. */
  readonly once: RepeatTest | null;
  /** First less second over the folds of all repetitions; null where it cannot be tested. */
  readonly together: RepeatTest | null;
  /** How the result came to be; `seeds` are those of the first repetition. */
  readonly provenance: Provenance;
}

const number = z.number();
const testSchema: z.ZodType<RepeatTest> = schemaOf<RepeatTest>()(z.strictObject({
  difference: number,
  standardError: number.nonnegative(),
  degreesOfFreedom: z.int().positive(),
  p: number.nullable(),
}));
const share = z.number().min(0).max(1).nullable();
const score = z.strictObject({ withinFolds: share, mean: share });
const schema = schemaOf<Repeats>()(z.strictObject({
  kind: z.literal("repeats"),
  cohort: comparedCohortSchema,
  profile: z.string(),
  models: z.tuple([z.string(), z.string()]).readonly(),
  repetitions: z.array(z.strictObject({ foldSeed: z.int(), seed: z.int(), first: score, second: score })),
  once: testSchema.nullable(),
  together: testSchema.nullable(),
  ...remarksShape,
  provenance: provenanceSchema,
}));

/**
 * Writes `repeats.json`.
 *
 * @throws {z.ZodError} If the result is not what the schema says.
 */
export async function writeRepeats(path: string, result: Repeats): Promise<void> {
  await writeAtomic(path, JSON.stringify(schema.parse(result), null, 2) + "\n");
}

/**
 * Reads `repeats.json`.
 *
 * @throws {InputError} If there is no such file or it holds something else.
 */
export async function readRepeats(path: string): Promise<Repeats> {
  return await readResults(path, schema, "repeated cross-validation");
}

/** The repetitions, one row each. */
export function repeatsTable({ models: [first, second], cohort, repetitions }: Omit<Repeats, "provenance">): Table {
  const less = (a: number | null, b: number | null) => a === null || b === null ? null : a - b;
  return table(repetitions, [
    { label: "Seed of the folds", value: ({ foldSeed }) => foldSeed },
    { label: `${first}, Ctd within folds`, value: ({ first }) => first.withinFolds, decimals: 3 },
    { label: second, value: ({ second }) => second.withinFolds, decimals: 3 },
    { label: "Difference", value: (row) => less(row.first.withinFolds, row.second.withinFolds), decimals: 3 },
    { label: `${first}, mean of the folds`, value: (row) => row.first.mean, decimals: 3 },
    { label: second, value: (row) => row.second.mean, decimals: 3 },
  ], `Cross-validation repeated with other folds and weights, ${cohort.name} (${counted(cohort.patients, "patient")})`);
}

/**
 * Says how far apart the repetitions are, and what the corrected test finds in all of them together. One repetition has no
 * distance.
 *
 * @example
 * ```ts
 * import { saysRepeats } from "@ctsurv/ctsurv/report";
 * import { assertEquals } from "@std/assert";
 *
 * const scores = (first: number, second: number) => ({
 *   foldSeed: 42,
 *   seed: 42,
 *   first: { withinFolds: first, mean: first },
 *   second: { withinFolds: second, mean: second },
 * });
 * const test = { difference: .05, standardError: .02, degreesOfFreedom: 19, p: .0218 };
 * assertEquals(
 *   saysRepeats({
 *     models: ["soft attention", "average pooling"],
 *     repetitions: [scores(.72, .68), scores(.66, .60)],
 *     once: null,
 *     together: test,
 *   }),
 *   "Ctd within folds of soft attention goes from 0.660 to 0.720 with the folds and the first weights alone. " +
 *     "Over 20 folds, soft attention less average pooling is 0.050 in the mean of the folds, p = 0.022 by the corrected " +
 *     "t-test.",
 * );
 * ```
 */
export function saysRepeats(
  { models: [first, second], repetitions, together }: Pick<Repeats, "models" | "repetitions" | "once" | "together">,
): string {
  const values = repetitions.flatMap(({ first }) => first.withinFolds ?? []);
  const spread = values.length === 0
    ? "No repetition has a Ctd within folds."
    : values.length === 1
    ? `Ctd within folds of ${first} is ${
      plain(values[0])
    } in the one repetition that has one, so nothing says how far ` +
      "it goes with the folds and the first weights."
    : `Ctd within folds of ${first} goes from ${plain(Math.min(...values))} to ${
      plain(Math.max(...values))
    } with the folds and the first weights alone.`;
  const found = together
    ? `Over ${together.degreesOfFreedom + 1} folds, ${first} less ${second} is ${
      plain(together.difference)
    } in the mean of the folds, ${formatP(together.p)} by the corrected t-test.`
    : `${capital(first)} and ${second} cannot be tested: fewer than two folds have a Ctd of both.`;
  return `${spread} ${found}`;
}
