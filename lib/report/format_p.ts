import { formatNumber, missing } from "./format_number.ts";

/** A p-value as it stands in text: "p = 0.034", "p < 0.001". */
export function formatP(p: number | null): string {
  if (p === null || Number.isNaN(p)) return `p = ${missing}`;
  return p < 0.001 ? "p < 0.001" : `p = ${formatNumber(p, 3)}`;
}
