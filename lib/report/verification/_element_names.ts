/** What elements of lists go by, the most telling first. */
const IDENTITIES = ["model", "id", "patient", "start", "fold", "seed"];

/**
 * Names, for people, of the elements of two lists, by which an element of one is found in the other; undefined where
 * they have none of their own.
 */
export function elementNames(
  ...lists: readonly [readonly unknown[], readonly unknown[]]
): readonly (readonly string[] | undefined)[] {
  const rows = lists.flat();
  // Of a table, the first column names the row.
  const first = typeof rows[0] === "object" && rows[0] !== null ? Object.keys(rows[0]).slice(0, 1) : [];
  const key = [...IDENTITIES, ...first].find((key) => lists.every((list) => identifies(list, key)));
  if (key === undefined) return [undefined, undefined];
  // Two models may share a title; then what tells them apart has to do.
  const title = key === "model" && lists.every((list) => identifies(list, "name")) ? "name" : key;
  return lists.map((list) => list.map((one) => nameOf(one, title)));
}

function valueOf(one: unknown, key: string): unknown {
  return (one as Record<string, unknown> | null)?.[key];
}

function identifies(list: readonly unknown[], key: string): boolean {
  const values = list.map((one) => valueOf(one, key));
  const isName = (value: unknown) => (typeof value === "string" && value !== "") || Number.isInteger(value);
  return values.every(isName) && new Set(values).size === values.length;
}

function nameOf(one: unknown, key: string): string {
  const value = valueOf(one, key);
  if (key === "fold" || key === "seed") return `${key} ${value}`;
  return key === "id" || key === "patient" ? `patient ${value}` : `${value}`;
}
