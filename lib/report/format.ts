import type { ModelResult } from "./results/table1.ts";

/** What a model sees of a patient, in words. */
export function describeView({ kind, slices, size }: ModelResult["view"]): string {
  if (kind === "volume") return `a volume of ${slices === "all" ? "all slices" : slices} × ${size} × ${size}`;
  return `${slices} slices of ${size} × ${size}`;
}

/** Text as it stands in HTML, XML, and their quoted attributes. */
export function escapeMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** What stands where there is no number. */
export const MISSING = "–";

/** A number with fixed decimals; null, undefined and what is not finite as "–". */
export function formatNumber(value: number | null | undefined, decimals: number): string {
  return value === null || value === undefined || !Number.isFinite(value) ? MISSING : value.toFixed(decimals);
}

/** At most `wanted` whole numbers from 0 to `count - 1`, evenly spaced, the first and the last among them. */
export function evenlySpaced(count: number, wanted: number): number[] {
  const number = Math.min(count, wanted);
  return Array.from({ length: number }, (_, i) => Math.round(number === 1 ? 0 : i * (count - 1) / (number - 1)));
}
