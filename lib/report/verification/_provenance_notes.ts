type Facts = Map<string, Set<string>>;

/** Says how the provenance of two sets of results differs: "machine.cpu: AMD EPYC -> Apple M2". */
export function provenanceNotes(reference: readonly unknown[], found: readonly unknown[]): string[] {
  const [before, after] = [reference, found].map((results) => {
    const facts: Facts = new Map();
    for (const one of results) collect(one, facts);
    return facts;
  }) as [Facts, Facts];
  const list = (values: Set<string> | undefined) => [...values ?? []].map(short).sort().join(" and ") || "none";
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
    const [from, to] = [list(before.get(key)), list(after.get(key))];
    return from === to ? [] : [`${key}: ${from} -> ${to}`];
  });
}

/** Gathers the facts of every provenance in a result. */
function collect(value: unknown, facts: Facts): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === "provenance") gather(inner, "", facts);
    else collect(inner, facts);
  }
}

function gather(value: unknown, way: string, facts: Facts): void {
  if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) gather(inner, way ? `${way}.${key}` : key, facts);
    return;
  }
  const values = facts.get(way) ?? new Set();
  facts.set(way, values.add(`${value}`));
}

/** The beginning of a hash or a commit; other values as they are. */
function short(value: string): string {
  return /^[0-9a-f]{40,64}$/.test(value) ? value.slice(0, 12) : value;
}
