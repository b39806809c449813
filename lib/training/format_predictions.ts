import type { OutOfFoldPrediction } from "./cross_validate.ts";

/**
 * Out-of-fold predictions as a CSV table that `ctsurv evaluate` reads: patient, fold (from 1), months, event, S0 to
 * S24. Numbers keep all their digits.
 *
 * @example
 * ```ts
 * import { formatPredictions } from "@ctsurv/ctsurv/training";
 * import { assertEquals } from "@std/assert";
 *
 * const [survival, attention] = [Float64Array.of(1, .8), Float32Array.of(1)];
 * const table = formatPredictions([{ id: "LUNG1-001", fold: 1, months: 24, event: 0, survival, attention }]);
 * assertEquals(table, "patient,fold,months,event,S0,S1\nLUNG1-001,1,24,0,1,0.8\n");
 * ```
 */
export function formatPredictions(predictions: readonly OutOfFoldPrediction[]): string {
  const months = predictions[0]?.survival.length ?? 0;
  const header = ["patient", "fold", "months", "event", ...Array.from({ length: months }, (_, month) => `S${month}`)];
  const rows = predictions.map((
    { id, fold, months, event, survival },
  ) => [quote(id), fold, months, event, ...survival]);
  return [header, ...rows].map((row) => `${row.join(",")}\n`).join("");
}

function quote(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
