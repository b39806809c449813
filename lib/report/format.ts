import type { ModelResult } from "./results/table1.ts";

/**
 * Says in words what a model gets of a patient.
 *
 * @param view Slices one by one or a volume of so many slices; rows and columns of a slice.
 */
export function describeView({ kind, slices, size }: ModelResult["view"]): string {
  if (kind === "external") return "external features";
  if (kind === "volume") return `a volume of ${slices === "all" ? "all slices" : slices} × ${size} × ${size}`;
  return `${slices} slices of ${size} × ${size}`;
}

/** Escapes a text for HTML, XML, and their quoted attributes: the characters `&`, `<`, `>` and `"`. */
export function escapeMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** The text for a number that is missing. */
export const MISSING = "–";

/**
 * Writes a number with fixed decimals. Null, undefined and numbers that are not finite become "–".
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { describeView, escapeMarkup, formatNumber } from "@ctsurv/ctsurv/report";
 *
 * assertEquals([0.58437, null, NaN].map((ctd) => formatNumber(ctd, 3)), ["0.584", "–", "–"]);
 * assertEquals(describeView({ kind: "slice", slices: 6, size: 224 }), "6 slices of 224 × 224");
 * assertEquals(escapeMarkup("age < 70"), "age &lt; 70");
 * ```
 */
export function formatNumber(value: number | null | undefined, decimals: number): string {
  return value === null || value === undefined || !Number.isFinite(value) ? MISSING : value.toFixed(decimals);
}

/** A score and its interval; null where there is none. */
export interface ScoredInterval {
  readonly value: number | null;
  readonly interval: { readonly low: number | null; readonly high: number | null } | null;
}

/** A score with its interval, `0.628 [0.559, 0.698]`; null where the score is not there. */
export function withInterval(score: ScoredInterval | undefined): string | null {
  if (!score || score.value === null) return null;
  const { value, interval } = score;
  return `${formatNumber(value, 3)} [${formatNumber(interval?.low, 3)}, ${formatNumber(interval?.high, 3)}]`;
}

/** At most `wanted` whole numbers from 0 to `count - 1`, evenly spaced. The first and the last are among them. */
export function evenlySpaced(count: number, wanted: number): number[] {
  const number = Math.min(count, wanted);
  return Array.from({ length: number }, (_, i) => Math.round(number === 1 ? 0 : i * (count - 1) / (number - 1)));
}
