import type { OutOfFoldPrediction } from "./cross_validate.ts";

/**
 * Out-of-fold predictions as a table that `ctsurv evaluate` reads: patient, fold (from 1), months, event, S0 to S24.
 * Numbers keep all their digits.
 */
export function formatPredictions(predictions: readonly OutOfFoldPrediction[]): string {
  const months = predictions[0]?.survival.length ?? 0;
  const header = ["patient", "fold", "months", "event", ...Array.from({ length: months }, (_, month) => `S${month}`)];
  const rows = predictions.map((
    { id, fold, months, event, survival },
  ) => [quote(id), fold + 1, months, event, ...survival]);
  return [header, ...rows].map((row) => `${row.join(",")}\n`).join("");
}

function quote(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
