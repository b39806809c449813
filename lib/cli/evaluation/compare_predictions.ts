import { InputError } from "@ctsurv/base/mod.ts";
import {
  censorPredictions,
  compareFolds,
  type CorrectedTTest,
  type FoldScores,
  type PairedBootstrap,
  pairedBootstrap,
} from "@ctsurv/survival/mod.ts";
import type { Predictions } from "./read_predictions.ts";

/**
 * Months by which the follow-up of a patient may differ between two tables: under an hour. pandas and R round in the
 * 16th digit, float32 in the 8th, and people to four decimals.
 */
export const MONTHS_TOLERANCE = 0.001;

/** Two models on the same patients. */
export interface Comparison {
  readonly first: string;
  readonly second: string;
  /** Null if no pair is comparable, or intervals are left out. */
  readonly bootstrap: PairedBootstrap | null;
  /** The same over pairs of one fold, with patients drawn within their fold; null too if the folds are not the same. */
  readonly withinFolds: PairedBootstrap | null;
  /** Over the folds, if both tables have the same folds. */
  readonly folds: CorrectedTTest | null;
}

export interface ComparisonOptions {
  /** Follow-up is censored there. */
  readonly horizon: number | undefined;
  /** Bootstrap samples; 0 leaves the bootstrap out. */
  readonly replicates: number;
}

/** Compares every two tables. Their patients must be in the same order; see {@linkcode alignPatients}. */
export function comparePredictions(
  models: readonly { readonly predictions: Predictions; readonly folds: FoldScores | null }[],
  { horizon, replicates }: ComparisonOptions,
): Comparison[] {
  const followed = ({ predictions }: typeof models[number]) =>
    horizon === undefined ? predictions : censorPredictions(predictions, horizon);
  return models.flatMap((first, k) =>
    models.slice(k + 1).map((second) => {
      const folds = first.folds && second.folds && haveSameFolds(first.predictions, second.predictions)
        ? first.predictions.folds
        : null;
      const compare = (within: Predictions["folds"] | undefined) =>
        within === null || replicates === 0
          ? null
          : pairedBootstrap(followed(first), followed(second), { replicates, folds: within });
      return {
        first: first.predictions.file,
        second: second.predictions.file,
        bootstrap: compare(undefined),
        withinFolds: compare(folds),
        folds: folds && compareFolds(first.folds!, second.folds!),
      };
    })
  );
}

function haveSameFolds(first: Predictions, second: Predictions): boolean {
  return first.folds!.every((fold, i) => fold === second.folds![i]);
}

/** A table in the order of another, with the other's follow-up. */
export interface AlignedPredictions extends Predictions {
  /** The largest difference of a patient's months between the two tables, at most {@linkcode MONTHS_TOLERANCE}. */
  readonly monthsMoved: number;
}

/**
 * Brings the patients of a table into the order of another, and takes their months from there, so that rounding makes
 * no difference.
 *
 * @throws {InputError} If the patients differ, or their follow-up by more than {@linkcode MONTHS_TOLERANCE}.
 */
export function alignPatients(predictions: Predictions, reference: Predictions): AlignedPredictions {
  const position = new Map(predictions.patients.map((patient, i) => [patient, i]));
  const known = new Set(reference.patients);
  const name = (patients: readonly string[]) =>
    patients.slice(0, 5).join(", ") + (patients.length > 5 ? ` and ${patients.length - 5} more` : "");
  const differences = [
    [reference, predictions, reference.patients.filter((patient) => !position.has(patient))] as const,
    [predictions, reference, predictions.patients.filter((patient) => !known.has(patient))] as const,
  ].filter(([, , only]) => only.length > 0).map(([one, other, only]) =>
    `${one.file} has ${name(only)}, which ${other.file} lacks`
  );
  if (differences.length > 0) {
    throw new InputError(
      `Models must have the same patients: ${differences.join("; ")}. Keep only the patients that all models have`,
    );
  }
  const order = reference.patients.map((patient) => position.get(patient)!);
  const take = <T>(values: readonly T[]) => order.map((i) => values[i]!);
  const [months, event] = [take(predictions.months), take(predictions.event)];
  const moved = months.map((own, i) => Math.abs(own - reference.months[i]!));
  const differs = moved.findIndex((by, i) => by > MONTHS_TOLERANCE || event[i] !== reference.event[i]);
  if (differs !== -1) {
    throw new InputError(
      `Patient ${reference.patients[differs]} has ${reference.months[differs]} months and event ` +
        `${reference.event[differs]} in ${reference.file}, but ${months[differs]} and ${event[differs]} in ` +
        `${predictions.file}. Models must have the same follow-up; months may differ by ${MONTHS_TOLERANCE}, as they do ` +
        "when they are rounded",
    );
  }
  return {
    ...predictions,
    patients: reference.patients,
    months: reference.months,
    event,
    survival: take(predictions.survival),
    folds: predictions.folds && take(predictions.folds),
    monthsMoved: moved.reduce((most, by) => Math.max(most, by), 0),
  };
}
