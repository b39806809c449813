import type { Provenance } from "@ctsurv/report/mod.ts";

/** How results came to be: what is true of all of them, and of each what is not. */
export interface ProvenanceFacts {
  readonly common: readonly (readonly [fact: string, value: string])[];
  readonly each: readonly (readonly [result: string, facts: readonly (readonly [fact: string, value: string])[]])[];
}

/** A result's name and the provenance that its file holds. */
export interface ProvenResult {
  readonly name: string;
  readonly provenance: Provenance | undefined;
}

/** Sets what all results have in common apart from what tells them apart. */
export function provenanceFacts(results: readonly ProvenResult[]): ProvenanceFacts {
  const all = results.map(({ name, provenance }) => ({
    name,
    facts: Object.entries(provenance ?? {}).map(([fact, value]) => [fact, inWords(value)] as const),
  }));
  const isCommon = ([fact, value]: readonly [string, string]) =>
    all.every(({ facts }) => facts.some(([other, same]) => fact === other && value === same));
  return {
    common: all[0]?.facts.filter(isCommon) ?? [],
    each: all.map(({ name, facts }) => [name, facts.filter((fact) => !isCommon(fact))]),
  };
}

function inWords(value: unknown): string {
  if (value === null) return "not known";
  if (typeof value !== "object") return `${value}`.replace(/^[0-9a-f]{40,64}$/, (hash) => hash.slice(0, 12));
  return Object.entries(value).map(([key, inner]) =>
    inner !== null && typeof inner === "object" ? `${key} (${inWords(inner)})` : `${key} ${inWords(inner)}`
  ).join(", ");
}
