import { isRelative, type NumberKind } from "./number_kind.ts";

/** A place where two folders of results differ by more than is tolerated. */
export interface Difference {
  /** Path in the folder: `table1.json`. */
  readonly file: string;
  /** The place in the file, in words: "VGG16 + soft attention, pooled Ctd"; empty for the whole file. */
  readonly place: string;
  /** `missing`: only the reference has it. `additional`: only the other folder has it. */
  readonly change: "moved" | "missing" | "additional";
  /** The value in the reference, if it moved. */
  readonly reference?: ResultValue;
  /** The value in the other folder, if it moved. */
  readonly found?: ResultValue;
  /** The kind of number that moved; none if the value had to be the same. */
  readonly kind?: NumberKind;
  /** How far it was allowed to move; a share of the number if its kind is relative. */
  readonly tolerance?: number;
  /** How far it moved, in tolerances; infinite if it had to be the same. */
  readonly severity: number;
}

/** A single value in a result. */
export type ResultValue = string | number | boolean | null;

/** Writes a difference as "Table 1, VGG16 + soft attention, pooled Ctd: 0.720 -> 0.655 (tolerance 0.02)". */
export function describeDifference({ file, place, change, reference, found, kind, tolerance }: Difference): string {
  const where = [fileTitle(file), ...place ? [place] : []].join(", ");
  if (change === "missing") return `${where}: missing`;
  if (change === "additional") return `${where}: additional`;
  const [from, to] = tolerance === undefined
    ? [`${JSON.stringify(reference)}`, `${JSON.stringify(found)}`]
    : show(reference!, found!);
  return `${where}: ${from} -> ${to}` +
    (tolerance === undefined ? "" : ` (tolerance ${isRelative(kind) ? `${short(100 * tolerance, 2)} %` : tolerance})`);
}

/** The name of a file of results for people: "Table 1" for `table1.json`, the path for others. */
export function fileTitle(file: string): string {
  return file.replace(/^table(\d+)\.json$/, "Table $1");
}

/** Writes both with three decimals, or with as many digits as it takes to tell them apart. */
function show(a: ResultValue, b: ResultValue): [string, string] {
  if (typeof a !== "number" || typeof b !== "number") return [JSON.stringify(a), JSON.stringify(b)];
  const [from, to] = [a.toFixed(3), b.toFixed(3)];
  if (from !== to) return [from, to];
  for (let digits = 4; digits < 17; digits++) {
    if (short(a, digits) !== short(b, digits)) return [short(a, digits), short(b, digits)];
  }
  return [`${a}`, `${b}`];
}

function short(value: number, digits: number): string {
  return `${Number(value.toPrecision(digits))}`;
}
