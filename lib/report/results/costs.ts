import { z } from "zod";
import type { ShownCost } from "../tables/cost_table.ts";
import { type Provenance, provenanceSchema } from "./provenance.ts";
import { readResults } from "./result_files.ts";

const count = z.int().nonnegative();
const number = z.number().nonnegative();

/** What a table shows; a file says more. */
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

/** What the models of a run cost, and how that came to be known. */
export interface CostResult {
  readonly costs: readonly ShownCost[];
  readonly provenance?: Provenance;
}

/**
 * Reads the costs that notebook 4 wrote.
 *
 * @throws {InputError} If there is no such file or it holds something else.
 */
export async function readCosts(path: string): Promise<CostResult> {
  return await readResults(path, costs, "table of costs");
}
