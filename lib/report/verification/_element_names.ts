/** Fields that identify the elements of a list, the best first. */
const IDENTITIES = ["model", "id", "patient", "start", "fold", "seed"];

/**
 * Names the elements of two lists, so that an element of one can be found in the other and people know which it is.
 * Undefined for lists whose elements have no names.
 */
export function elementNames(
  ...lists: readonly [readonly unknown[], readonly unknown[]]
): readonly (readonly string[] | undefined)[] {
  const rows = lists.flat();
  // The first column of a table names the row.
  const first = typeof rows[0] === "object" && rows[0] !== null ? Object.keys(rows[0]).slice(0, 1) : [];
  const key = [...IDENTITIES, ...first].find((key) => lists.every((list) => identifies(list, key)));
  if (key === undefined) return [undefined, undefined];
  // Two models may have the same title; their short names differ.
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
