import { z } from "zod";
import { join } from "node:path";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import { environment, environmentShape } from "./provenance.ts";
import { readResults } from "./result_files.ts";

const asked = {
  cohort: z.string(),
  profile: z.string(),
  /** ISO 8601, UTC. No other file of results says when. */
  startedAt: z.iso.datetime(),
  /** Wall time of everything. */
  seconds: z.number().nonnegative(),
  notebooks: z.array(z.strictObject({
    name: z.string(),
    /** Code cells that ran. */
    cells: z.int().nonnegative(),
    seconds: z.number().nonnegative(),
    /** Bytes that its process held at most; null where the system does not say. */
    peakMemory: z.int().positive().nullable(),
  })).readonly(),
  /** Bytes free for results at the start; null where the system does not say. */
  freeDisk: z.number().nonnegative().nullable(),
};

const schema = z.strictObject({ kind: z.literal("run"), ...asked, ...environmentShape }).readonly();
const askedSchema = z.strictObject(asked).readonly();

/** When the notebooks ran, how long, on what: what differs from run to run and stands in `run.json` alone. */
export type RunRecord = z.infer<typeof schema>;

const FILE_NAME = "run.json";

/** Writes a run's record into its folder of results, with versions, commit and machine. */
export async function writeRunRecord(folder: string, run: z.infer<typeof askedSchema>): Promise<void> {
  const record: RunRecord = { kind: "run", ...run, ...await environment() };
  await writeAtomic(join(folder, FILE_NAME), JSON.stringify(schema.parse(record), null, 2) + "\n");
}

/**
 * Reads a run's record.
 *
 * @throws {InputError} If the folder has none or it holds something else.
 */
export async function readRunRecord(folder: string): Promise<RunRecord> {
  return await readResults(join(folder, FILE_NAME), schema, "run");
}
