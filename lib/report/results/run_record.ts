import { z } from "zod";
import { join } from "node:path";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import { schemaOf } from "./_schema.ts";
import { environment, environmentShape, type Provenance } from "./provenance.ts";
import { readResults } from "./result_files.ts";

const schema = schemaOf<RunRecord>()(
  z.strictObject({
    kind: z.literal("run"),
    cohort: z.string(),
    profile: z.string(),
    startedAt: z.iso.datetime(),
    seconds: z.number().nonnegative(),
    notebooks: z.array(z.strictObject({
      name: z.string(),
      cells: z.int().nonnegative(),
      seconds: z.number().nonnegative(),
      peakMemory: z.int().positive().nullable(),
    })).readonly(),
    freeDisk: z.number().nonnegative().nullable(),
    ...environmentShape,
  }).readonly(),
);

/**
 * When the notebooks ran, how long that took, and on what machine. These facts differ from run to run, so they are in
 * `run.json` alone.
 */
export interface RunRecord extends Pick<Provenance, "versions" | "git" | "machine"> {
  /** Tells this file from others with results. */
  readonly kind: "run";
  /** Name of the cohort. */
  readonly cohort: string;
  /** Name of the study's profile, such as `smoke`. */
  readonly profile: string;
  /** ISO 8601, UTC. No other file of results has a date. */
  readonly startedAt: string;
  /** Wall time of the whole run. */
  readonly seconds: number;
  /** The notebooks in the order in which they ran. */
  readonly notebooks: readonly {
    readonly name: string;
    /** Code cells that ran. */
    readonly cells: number;
    /** Wall time. */
    readonly seconds: number;
    /** The most memory that its process held, bytes; null where the system does not say. */
    readonly peakMemory: number | null;
  }[];
  /** Disk space that was free for results at the start, bytes; null where the system does not say. */
  readonly freeDisk: number | null;
}

const FILE_NAME = "run.json";

/**
 * Writes `run.json` into a run's folder of results, and adds versions, commit and machine to it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readRunRecord, writeRunRecord } from "@ctsurv/ctsurv/report";
 *
 * const folder = await Deno.makeTempDir();
 * await writeRunRecord(folder, {
 *   cohort: "phantom-lung1",
 *   profile: "smoke",
 *   startedAt: "2025-01-31T09:00:00Z",
 *   seconds: 74,
 *   notebooks: [{ name: "01_preprocessing.ipynb", cells: 21, seconds: 12, peakMemory: 6e8 }],
 *   freeDisk: null,
 * });
 * const { seconds, versions } = await readRunRecord(folder);
 * assertEquals([seconds, versions.deno], [74, Deno.version.deno]);
 * await Deno.remove(folder, { recursive: true });
 * ```
 *
 * @throws {z.ZodError} If the record is not what the schema says.
 */
export async function writeRunRecord(
  folder: string,
  run: Omit<RunRecord, "kind" | "versions" | "git" | "machine">,
): Promise<void> {
  const record: RunRecord = { kind: "run", ...run, ...await environment() };
  await writeAtomic(join(folder, FILE_NAME), JSON.stringify(schema.parse(record), null, 2) + "\n");
}

/**
 * Reads `run.json` of a folder of results; the example of {@linkcode writeRunRecord} shows both.
 *
 * @throws {InputError} If the folder has none or it holds something else.
 */
export async function readRunRecord(folder: string): Promise<RunRecord> {
  return await readResults(join(folder, FILE_NAME), schema, "run");
}
