import { isRelative, type NumberKind } from "./number_kind.ts";

/** One place where two folders of results differ by more than is tolerated. */
export interface Difference {
  /** Path in the folder: `table1.json`. */
  readonly file: string;
  /** Where in the file, for people: "VGG16 + soft attention, pooled Ctd"; empty for the file as a whole. */
  readonly place: string;
  /** `missing`: there in the reference alone; `additional`: there in the other alone. */
  readonly change: "moved" | "missing" | "additional";
  readonly reference?: ResultValue;
  readonly found?: ResultValue;
  /** What kind of number moved, and how far it may have; none where it had to be the same. */
  readonly kind?: NumberKind;
  readonly tolerance?: number;
  /** How many tolerances it moved; infinite for what had to be the same. */
  readonly severity: number;
}

/** What a result consists of in the end. */
export type ResultValue = string | number | boolean | null;

/** "Table 1, VGG16 + soft attention, pooled Ctd: 0.720 -> 0.655 (tolerance 0.02)". */
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

/** What people call a file of results: "Table 1" for `table1.json`, others by their path. */
export function fileTitle(file: string): string {
  return file.replace(/^table(\d+)\.json$/, "Table $1");
}

/** Both in three decimals, or in as many digits as tell them apart. */
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
