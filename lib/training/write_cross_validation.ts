import { join } from "node:path";
import { writeAtomic } from "@ctsurv/common/mod.ts";
import type { CrossValidation } from "./cross_validate.ts";
import { formatPredictions } from "./predictions_csv.ts";

/** A cross-validation and how it came to be; see `provenance` of the reports. */
export interface CrossValidationRecord extends CrossValidation {
  readonly provenance: object;
}

/**
 * Writes a model's predictions, `predictions/<model>.csv`, and everything about its cross-validation,
 * `cross_validation/<model>.json`, into a folder of results.
 */
export async function writeCrossValidation(
  folder: string,
  model: string,
  record: CrossValidationRecord,
): Promise<void> {
  await writeAtomic(join(folder, "predictions", `${model}.csv`), formatPredictions(record.predictions));
  await writeAtomic(join(folder, "cross_validation", `${model}.json`), JSON.stringify(record, plainNumbers) + "\n");
}

function plainNumbers(_key: string, value: unknown): unknown {
  // Attention to six digits: enough for any figure.
  if (value instanceof Float32Array) return Array.from(value, (x) => Number(x.toPrecision(6)));
  return value instanceof Float64Array ? Array.from(value) : value;
}
