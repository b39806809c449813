import { InputError } from "@ctsurv/base/mod.ts";
import { readCsv, refuseIfAny, requireColumns, type TableFile } from "@ctsurv/cohort/table/mod.ts";
import type { SurvivalPredictions } from "@ctsurv/survival/mod.ts";
import { riskCurves, type RiskTimes } from "./risk_predictions.ts";

/** How far float32 sums may leave [0, 1], or rise from one time to the next. */
const ROUNDING = 1e-6;

/** A table of predictions. */
export interface Predictions extends SurvivalPredictions {
  readonly file: string;
  readonly patients: readonly string[];
  readonly times: readonly number[];
  readonly survival: readonly (readonly number[])[];
  readonly months: readonly number[];
  readonly event: readonly number[];
  /** [patients]: the fold that tested each patient; null if there is no such column, or only one fold. */
  readonly folds: readonly string[] | null;
  /** What a reader should know of how the file was read. */
  readonly notes: readonly string[];
  /** Whether the table has a risk in place of curves; see {@linkcode riskCurves}. */
  readonly isRisk: boolean;
}

/**
 * Reads a table of predictions: columns patient, months, event, one S<t> per time or one risk, and optionally fold.
 *
 * @param times Where a risk, which is of no time, is to be scored.
 * @throws {InputError} If there is no such file, or it is no such table: everything that is wrong by row and column.
 */
export async function readPredictions(file: string, times: RiskTimes = {}): Promise<Predictions> {
  return parsePredictions(await readCsv(file), times);
}

/** Reads predictions from a table that has been read; see {@linkcode readPredictions}. */
export function parsePredictions(csv: TableFile, times: RiskTimes = {}): Predictions {
  const { file, notes } = csv;
  const names = ["patient", "months", "event"];
  requireColumns(csv, names);
  const header = csv.header.map((name) => name.toLowerCase());
  const [patientAt, monthsAt, eventAt] = names.map((name) => header.indexOf(name)) as [number, number, number];
  const foldAt = header.indexOf("fold");
  const curve = csv.header
    .map((name, index) => ({ name, index, time: Number(/^S(\d+(\.\d+)?)$/i.exec(name)?.[1] ?? NaN) }))
    .filter(({ time }) => !Number.isNaN(time))
    .sort((a, b) => a.time - b.time);
  const riskAt = curve.length === 0 ? header.indexOf("risk") : -1;
  if (curve.length === 0 && riskAt === -1) {
    throw new InputError(
      `${file} has neither a survival column such as S12 nor a column risk; its columns are ${csv.header.join(", ")}`,
    );
  }
  const twice = curve.find(({ time }, k) => k > 0 && time === curve[k - 1]!.time);
  if (twice) throw new InputError(`${file} has two columns of survival at ${twice.time} months; keep one`);

  // pandas writes the folds of a table as "0.0" as soon as one is missing.
  const nameOfFold = (cell: string) => Number.isNaN(csv.number(cell)) ? cell : String(csv.number(cell));
  const problems: string[] = [];
  const lineOf = new Map<string, number>();
  const rows = csv.rows.map(({ line, cells }) => {
    const patient = cells[patientAt]!;
    const problem = (column: number, message: string) =>
      problems.push(`${file}, row ${line} (${patient || "no patient"}), column ${csv.header[column]}: ${message}`);
    const number = (column: number, what: string, valid: (value: number) => boolean) => {
      const value = csv.number(cells[column]!);
      if (!valid(value)) {
        problem(column, cells[column] ? `"${cells[column]}" is not ${what}` : `the cell is empty; it needs ${what}`);
      }
      return value;
    };
    const earlier = lineOf.get(patient);
    if (patient === "") problem(patientAt, "the cell is empty; write the patient's name");
    else if (earlier !== undefined) problem(patientAt, `the patient is also in row ${earlier}; keep one row`);
    else lineOf.set(patient, line);
    const fold = foldAt === -1 ? "" : nameOfFold(cells[foldAt]!);
    if (foldAt !== -1 && fold === "") problem(foldAt, "the cell is empty; write the fold that tested the patient");
    return {
      patient,
      fold,
      months: number(monthsAt, "a number of months (0 or more)", (months) => months >= 0 && months < Infinity),
      event: number(eventAt, "0 (censored) or 1 (death)", (event) => event === 0 || event === 1),
      survival: curve.map(({ index }) =>
        number(index, "a probability from 0 to 1", (s) => s >= -ROUNDING && s <= 1 + ROUNDING)
      ),
      risk: riskAt === -1 ? 0 : number(riskAt, "a number", Number.isFinite),
    };
  });
  refuseIfAny(problems, file);
  const folds = rows.map(({ fold }) => fold);
  const ranks = riskAt === -1 ? null : riskCurves(rows, times);
  return {
    file,
    notes,
    isRisk: ranks !== null,
    folds: new Set(folds).size > 1 ? folds : null,
    patients: rows.map(({ patient }) => patient),
    times: ranks?.times ?? curve.map(({ time }) => time),
    survival: ranks?.survival ?? rows.map(({ survival }) => survival),
    months: rows.map(({ months }) => months),
    event: rows.map(({ event }) => event),
  };
}

/**
 * A warning if curves rise. Ctd is still defined, so they are not refused. But a rising curve is not survival. If most
 * curves rise, the columns are probably the incidence of death, and the Ctd is inverted.
 */
export function rises({ patients, times, survival }: Predictions): string[] {
  const rising = survival.flatMap((row, patient) => {
    const k = row.findIndex((s, k) => k > 0 && s > row[k - 1]! + ROUNDING);
    return k === -1 ? [] : [{ patient, k }];
  });
  if (rising.length === 0) return [];
  const { patient, k } = rising[0]!;
  const [before, after] = [survival[patient]![k - 1], survival[patient]![k]];
  return [
    `survival rises with time in ${rising.length} of ${survival.length} patients, first in ${
      patients[patient]
    }, from ` +
    `${before} at ${times[k - 1]} to ${after} at ${times[k]} months.` +
    (2 * rising.length > survival.length ? " Are these probabilities of death?" : ""),
  ];
}
