import { z } from "zod";
import { listWords, writeAtomic } from "@ctsurv/base/mod.ts";
import { sideOf } from "../sentences/_words.ts";
import { schemaOf } from "../results/_schema.ts";
import { type Provenance, provenanceSchema } from "../results/provenance.ts";
import { readResults } from "../results/result_files.ts";
import { type LawResult, lawResultSchema } from "./law_result.ts";

/** Soft attention against average pooling on phantom cohorts of several seeds: `seeds.json`. */
export interface OtherSeeds {
  /** Tells this file from others with results. */
  readonly kind: "other-seeds";
  /** The script that made it. */
  readonly script: string;
  /** Name of the built-in cohort. */
  readonly cohort: string;
  /** Name of the study's profile. */
  readonly profile: string;
  /** One for each seed of the cohort. */
  readonly cohorts: readonly {
    /** Seed of the cohort: other patients, tumours and survival times. */
    readonly seed: number;
    /** SHA-256 of the cohort under its own law, see `openCohort`. */
    readonly hash: string;
    /** By law. */
    readonly laws: readonly LawResult[];
  }[];
  /** How the result came to be; `cohort` is that of the first seed. */
  readonly provenance: Provenance;
}

const schema = schemaOf<OtherSeeds>()(z.strictObject({
  kind: z.literal("other-seeds"),
  script: z.string(),
  cohort: z.string(),
  profile: z.string(),
  cohorts: z.array(z.strictObject({ seed: z.int(), hash: z.string(), laws: z.array(lawResultSchema) })),
  provenance: provenanceSchema,
}));

/**
 * Writes `seeds.json`.
 *
 * @throws {z.ZodError} If the result is not what the schema says.
 */
export async function writeOtherSeeds(path: string, result: OtherSeeds): Promise<void> {
  await writeAtomic(path, JSON.stringify(schema.parse(result), null, 2) + "\n");
}

/**
 * Reads `seeds.json`.
 *
 * @throws {InputError} If there is no such file or it holds something else.
 */
export async function readOtherSeeds(path: string): Promise<OtherSeeds> {
  return await readResults(path, schema, "run on other seeds");
}

/**
 * Says on how many seeds soft attention is told apart from average pooling, and its attention from the control's.
 *
 * @example
 * ```ts
 * import { saysOtherSeeds } from "@ctsurv/ctsurv/report";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(saysOtherSeeds({ cohorts: [] }), "No seed was run under the law tissue.");
 * ```
 */
export function saysOtherSeeds({ cohorts }: Pick<OtherSeeds, "cohorts">): string {
  const rows = cohorts.flatMap(({ seed, laws }) =>
    laws.filter(({ law }) => law === "tissue").map((found) => ({ seed, ...found }))
  );
  if (rows.length === 0) return "No seed was run under the law tissue.";
  const on = (side: Side, sideFor: (row: LawResult) => Side | undefined) => {
    const seeds = rows.filter((row) => sideFor(row) === side).map(({ seed }) => seed);
    return seeds.length === 0 ? "no seed" : `seed${seeds.length === 1 ? "" : "s"} ${listWords(seeds)}`;
  };
  const predicts = ({ difference }: LawResult) => difference ? sideOf(difference) : undefined;
  const looks = ({ besideControl }: LawResult) => {
    if (!besideControl) return undefined;
    const [low, high] = besideControl.interval;
    return sideOf({ low, high });
  };
  return `Soft attention is ahead of average pooling on ${on("above", predicts)}, behind on ${
    on("below", predicts)
  }, not told apart on ${on("around", predicts)}. Its attention on the tumour is above the control's on ${
    on("above", looks)
  }, below on ${on("below", looks)}, not told apart on ${on("around", looks)}.`;
}

type Side = ReturnType<typeof sideOf>;
