import { InputError } from "@ctsurv/base/mod.ts";
import { isotonicRegression } from "../estimates/isotonic_regression.ts";
import { kaplanMeier, kaplanMeierAt } from "../estimates/kaplan_meier.ts";
import {
  checkFolds,
  checkPredictions,
  survivalAt,
  survivalOfAll,
  type SurvivalPredictions,
} from "../follow_up/predictions.ts";
import { censoringWeights } from "./censoring_weights.ts";

/**
 * How curves are recalibrated at a time t.
 *
 * - `"shift"`: every curve is raised to one power, S(t)^c, which adds log c to log(-log S) and multiplies the hazard
 *   by c. c makes the mean of S at t equal to Kaplan-Meier's survival. The order of the patients stays as it is.
 * - `"isotonic"`: the predicted S at t is mapped to the observed one by isotonic regression. A curve keeps its shape
 *   before t, and ends there.
 */
export type RecalibrationMethod = "shift" | "isotonic";

/** How the patients of one fold were recalibrated. */
export interface FoldRecalibration {
  /** Its name. */
  readonly fold: string;
  /** Its patients, whose predictions were recalibrated. */
  readonly patients: number;
  /** Mean of the survival that was predicted for the patients of the other folds. */
  readonly predicted: number;
  /** Kaplan-Meier's survival of the patients of the other folds. */
  readonly observed: number;
  /** The power c of a shift, the factor of the hazard; null for isotonic regression. */
  readonly hazardRatio: number | null;
}

/** Recalibrated predictions, and how they were made. */
export interface Recalibration {
  /** How the curves were recalibrated. */
  readonly method: RecalibrationMethod;
  /** Months. */
  readonly time: number;
  /** In order of appearance. */
  readonly folds: readonly FoldRecalibration[];
  /** The patients in their order. The time is on the grid, which ends there for isotonic regression. */
  readonly predictions: SurvivalPredictions;
}

/**
 * Recalibrates out-of-fold predictions at one time. The patients of a fold are recalibrated by those of all other
 * folds, with their out-of-fold predictions and their outcomes, so no patient's outcome enters that patient's own
 * recalibration. (The models of the other folds were trained with the fold's patients. What leaks through that is small
 * against what a map of one or a few parameters learns, but it is not nothing.)
 *
 * Isotonic regression takes whether a patient lived at the time. Patients who were censored before are left out; the
 * others weigh 1 / G, the inverse probability of not having been censored until they died or, alive, until the time
 * (see `ipcwBrier`). The curve before the time is 1 - (1 - S) (1 - new S at the time) / (1 - S at the time); of a
 * patient with S = 1 at the time it is a straight line.
 *
 * @example
 * ```ts
 * import { recalibrate } from "@ctsurv/ctsurv/survival";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * // Everybody is given 0.25; half of them live.
 * const predictions = {
 *   times: [12, 24],
 *   survival: Array(4).fill([.5, .25]),
 *   months: [5, 24, 15, 24],
 *   event: [1, 0, 1, 0],
 * };
 * const { folds: [first], predictions: { survival } } = recalibrate(predictions, ["1", "1", "2", "2"], 24);
 * assertEquals(first?.observed, .5);
 * assertAlmostEquals(first?.hazardRatio!, .5);
 * assertAlmostEquals(survival[0]![1]!, .5); // 0.25^0.5
 * ```
 *
 * @param fold [patients]: the name of the fold in which each patient was tested.
 * @param time Months.
 * @param options.method How. @default {"shift"}
 * @throws {InputError} If the predictions are not complete, the time is outside of them, there are fewer than two
 *   folds, nobody of the other folds was followed to the time, or no shift reaches their survival.
 */
export function recalibrate(
  predictions: SurvivalPredictions,
  fold: readonly string[],
  time: number,
  { method = "shift" }: { readonly method?: RecalibrationMethod } = {},
): Recalibration {
  const { months, event, survival } = checkPredictions(predictions);
  checkFolds(predictions, fold);
  const names = [...new Set(fold)];
  if (names.length < 2) {
    throw new InputError(
      "Recalibration needs two or more folds: the patients of a fold are recalibrated by those of the others",
    );
  }
  const grid = Array.from(predictions.times);
  // The time itself is on the new grid: between two of its times a curve that was bent is no longer straight.
  const after = method === "shift" ? grid.filter((t) => t > time) : [];
  const times = [...grid.filter((t) => t < time), time, ...after];
  const read = (curve: ArrayLike<number>) => times.map((t) => survivalAt(grid, curve, t));
  const atTime = survivalOfAll(predictions, time);
  const curves: ArrayLike<number>[] = [...survival];
  const folds = names.map((name): FoldRecalibration => {
    const others = [...fold.keys()].filter((i) => fold[i] !== name);
    const own = [...fold.keys()].filter((i) => fold[i] === name);
    const learnt = {
      survival: others.map((i) => atTime[i]!),
      months: others.map((i) => months[i]!),
      event: others.map((i) => event[i]!),
    };
    const observed = kaplanMeierAt(kaplanMeier(learnt), time)?.survival;
    if (observed === undefined) {
      throw new InputError(
        `Fold ${name} cannot be recalibrated at ${time} months: no patient of the other folds was followed that far. ` +
          "Choose an earlier horizon",
      );
    }
    const facts = { fold: name, patients: own.length, predicted: mean(learnt.survival), observed };
    if (method === "shift") {
      const hazardRatio = shiftTo(observed, learnt.survival, `Fold ${name}`);
      for (const i of own) curves[i] = read(survival[i]!).map((s) => s ** hazardRatio);
      return { ...facts, hazardRatio };
    }
    const weights = censoringWeights(learnt);
    const alive = others.map((_, k) => weights.isAlive(k, time));
    const line = isotonicRegression(
      learnt.survival,
      alive.map(Number),
      alive.map((lives, k) => {
        if (lives) return weights.at(time);
        return learnt.event[k] === 1 && learnt.months[k]! <= time ? weights.own[k]! : 0;
      }),
    )!;
    for (const i of own) {
      curves[i] = endAt(line.at(atTime[i]!), times, read(survival[i]!).slice(0, -1), atTime[i]!);
    }
    return { ...facts, hazardRatio: null };
  });
  return { method, time, folds, predictions: { ...predictions, times, survival: curves } };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The power c for which the mean of s^c is `observed`, by bisection of log c. */
function shiftTo(observed: number, survival: readonly number[], who: string): number {
  const after = (log: number) => mean(survival.map((s) => s ** Math.exp(log)));
  // A hazard that is e^30 times as high or low is none or certain death.
  let low = -30, high = 30;
  if (!(observed > 0 && observed < 1) || !(after(low) >= observed && after(high) <= observed)) {
    throw new InputError(
      `${who} cannot be shifted: ${observed} of the other folds' patients survive, and no common factor of the hazards ` +
        "makes their predictions say so. Choose another horizon",
    );
  }
  for (let step = 0; step < 200 && high - low > 1e-15; step++) {
    const middle = (low + high) / 2;
    if (after(middle) > observed) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
}

/** A curve before its last time whose end is moved. */
function endAt(end: number, times: readonly number[], before: readonly number[], was: number): number[] {
  const last = times.at(-1)!;
  const part = (s: number, k: number) => was < 1 ? (1 - s) / (1 - was) : times[k]! / last;
  return [...before.map((s, k) => 1 - part(s, k) * (1 - end)), end];
}
