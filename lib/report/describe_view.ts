import type { ModelResult } from "./results.ts";

/** What a model sees of a patient, in words. */
export function describeView({ kind, slices, size }: ModelResult["view"]): string {
  if (kind === "volume") return `a volume of ${slices === "all" ? "all slices" : slices} × ${size} × ${size}`;
  return `${slices} slices of ${size} × ${size}`;
}
