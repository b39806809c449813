import { z } from "zod";
import type { ShownCost } from "../tables/cost_table.ts";
import { type Provenance, provenanceSchema } from "./provenance.ts";
import { readResults } from "./result_files.ts";

const count = z.int().nonnegative();
const number = z.number().nonnegative();

// Loose: a file has more than a table shows.
const costs = z.object({
  costs: z.array(z.looseObject({
    name: z.string(),
    input: z.enum(["slice", "volume"]),
    slices: count,
    size: count,
    // A slice's share of a volume is no whole number.
    macsPerSlice: number,
    macsPerPatient: count,
    parameters: count,
    parametersUsed: count,
    trainable: z.object({ finalLayer: count, finalBlock: count }),
    measured: z.looseObject({ milliseconds: number, peakMemory: number }).exactOptional(),
  })),
  provenance: provenanceSchema.exactOptional(),
});

/** What the models of a run cost for one patient: `cost.json`. */
export interface CostResult {
  /** One entry per model. */
  readonly costs: readonly ShownCost[];
  /** How the result came to be. */
  readonly provenance?: Provenance;
}

/**
 * Reads `cost.json`, which notebook 4 writes.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { costTable, readCosts } from "@ctsurv/ctsurv/report";
 *
 * const path = await Deno.makeTempFile();
 * const b0 = { name: "EfficientNetB0", input: "slice", slices: 3, size: 224, macsPerSlice: 4e8, macsPerPatient: 12e8 };
 * const numbers = { parameters: 5.3e6, parametersUsed: 4e6, trainable: { finalLayer: 3.3e5, finalBlock: 4.2e5 } };
 * await Deno.writeTextFile(path, JSON.stringify({ costs: [{ ...b0, ...numbers }] }));
 *
 * const { costs } = await readCosts(path);
 * assertEquals(costTable(costs).csv.split(/\r\n/)[1]!.split(",").slice(0, 4), [
 *   "EfficientNetB0",
 *   "3 slices of 224 × 224",
 *   "0.4", // GMAC a slice
 *   "1.2", // GMAC a patient
 * ]);
 * await Deno.remove(path);
 * ```
 *
 * @throws {InputError} If there is no such file or it holds something else.
 */
export async function readCosts(path: string): Promise<CostResult> {
  return await readResults(path, costs, "table of costs");
}
