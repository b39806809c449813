import { InputError } from "@ctsurv/base/mod.ts";
import { NORMAL_95 } from "../_math.ts";
import {
  concordanceWithinFolds,
  concordanceWithinFoldsInterval,
  type CtdWithinFoldsEntry,
} from "../concordance/concordance_within_folds.ts";
import { fitCox } from "../estimates/cox.ts";
import { kaplanMeier, kaplanMeierAt, type SurvivalEstimate } from "../estimates/kaplan_meier.ts";
import type { CtdVariant } from "../concordance/concordance.ts";
import {
  type FoldOfPatients,
  type Outcomes,
  survivalOfAll,
  type SurvivalPredictions,
} from "../follow_up/predictions.ts";
import { type AucWithinFolds, aucWithinFolds } from "./auc_within_folds.ts";
import { ipcwBrier } from "./brier.ts";
import { calibrationIndex } from "./calibration.ts";
import { decisionCurve } from "./decision_curve.ts";

/** A number and the ends of its 95 % interval. */
export interface Estimated {
  /** The estimate. */
  readonly value: number;
  /** Lower end. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
}

/** A number, and the ends of its 95 % interval where it has one. */
export interface MaybeEstimated {
  /** The estimate. */
  readonly value: number;
  /** Lower end; null without an interval. */
  readonly low: number | null;
  /** Upper end; null without an interval. */
  readonly high: number | null;
}

/** What is reported of a model on patients whom it never saw (TRIPOD+AI, items 12e and 23a). */
export interface ValidationScores {
  /** Months. */
  readonly time: number;
  /** Ctd over the pairs of patients whom one model predicted, by the risk at each death. */
  readonly ctd: CtdWithinFoldsEntry;
  /** AUC at the time, over the same pairs. */
  readonly auc: AucWithinFolds;
  /** Mean of the predicted survival. */
  readonly predicted: number;
  /**
   * Kaplan-Meier's survival; null where nobody was followed to the time. Without an interval where everybody died or nobody
   * did: the formula of the interval then has no value or no width, and neither is what the patients show.
   */
  readonly observed: SurvivalEstimate | null;
  /**
   * Observed deaths per expected one, `(1 - S_KM(t)) / mean of (1 - S(t))`: calibration in the large, 1 where it is right.
   * The interval is that of Kaplan-Meier, where it has one, with the expected deaths taken as known. Null where the observed
   * deaths are unknown or none is expected.
   */
  readonly observedToExpected: MaybeEstimated | null;
  /**
   * Calibration slope: the coefficient of log(-log S(t)) in Cox regression, stratified by the model that predicted. Below 1, predictions are too far apart, as
   * those of an overfitted model are; null where the regression has no maximum.
   */
  readonly slope: Estimated | null;
  /** Integrated calibration index; null where there is nothing to smooth. */
  readonly ici: number | null;
  /** Brier score, weighted by the censoring; null where it is undefined. */
  readonly brier: number | null;
  /**
   * `1 - Brier / Brier of one Kaplan-Meier survival for everybody`: above 0 where the model says more than the mean does
   * (the index of prediction accuracy, Kattan & Gerds 2018). Null where it is undefined.
   */
  readonly scaledBrier: number | null;
  /** Net benefit at the threshold, and that of treating everybody; see `decisionCurve`. */
  readonly netBenefit: { readonly threshold: number; readonly model: number | null; readonly treatAll: number | null };
}

/** Predictions of 0 and 1 have no log(-log S). */
const MARGIN = 1e-10;

/**
 * The scores of a model on patients of another place, as TRIPOD+AI asks for them: discrimination, calibration in the
 * large and by slope, overall accuracy and net benefit, with intervals where they are usual.
 *
 * The slope is the coefficient b in `h(t | S) = h0(t) exp(b log(-log S(t)))` (van Houwelingen 2000; Royston & Altman
 * 2013): predictions spread apart by a factor on that scale have the slope divided by it. Where several models predicted,
 * h0 is one for each: the models of folds differ in their level by chance, and in one regression of all patients that
 * would draw the slope towards 0.
 *
 * @example
 * ```ts
 * import { validationScores } from "@ctsurv/ctsurv/survival";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { predicted, observed, observedToExpected, scaledBrier } = validationScores({
 *   times: [24],
 *   survival: [[.1], [.3], [.6], [.8]],
 *   months: [5, 24, 12, 24],
 *   event: [1, 0, 1, 0],
 * }, 24, { replicates: 0 });
 * assertAlmostEquals(predicted, .45);
 * assertAlmostEquals(observed!.survival, .5);
 * assertAlmostEquals(observedToExpected!.value, .5 / .55);
 * // Brier 0.225 where 0.5 for everybody has 0.25.
 * assertAlmostEquals(scaledBrier!, 1 - (.1 ** 2 + .7 ** 2 + .6 ** 2 + .2 ** 2) / 4 / .25);
 * ```
 *
 * @param time Months.
 * @param options.folds [patients]: which model predicted each patient, for predictions of a cross-validation, whose Ctd
 *   and AUC have their chance level at 0.5 only within folds. @default {one model predicted all}
 * @param options.threshold The probability of death from which on a patient would be treated, for the net benefit. Give the
 *   deaths' share of the patients whom the model learnt from: at the share of the evaluated patients, treating everybody has
 *   a net benefit of 0 by definition. @default {the observed share of deaths of these patients, within 0.01 and 0.99}
 * @param options.variant The reading of Ctd. @default {"risk"}
 * @param options.replicates Bootstrap samples of the intervals of Ctd and AUC; 0 leaves them out. @default {1000}
 * @throws {InputError} If the predictions are not complete, the time is outside of them, or the threshold is no probability
 *   above 0 and below 1.
 */
export function validationScores(
  predictions: SurvivalPredictions,
  time: number,
  {
    folds = predictions.survival.map(() => 1),
    threshold: given,
    variant = "risk",
    replicates = 1000,
  }: {
    readonly folds?: FoldOfPatients;
    readonly threshold?: number;
    readonly variant?: CtdVariant;
    readonly replicates?: number;
  } = {},
): ValidationScores {
  const { months, event } = predictions;
  const { value, comparable } = concordanceWithinFolds(predictions, folds, { variant });
  const interval = replicates === 0
    ? null
    : concordanceWithinFoldsInterval(predictions, folds, { replicates, variant });
  const survival = survivalOfAll(predictions, time);
  const observed = observedAt({ months, event }, time);
  const predicted = survival.reduce((sum, s) => sum + s, 0) / survival.length;
  const brier = ipcwBrier(predictions, [time]).values[0]!;
  const everybody = observed && { ...predictions, times: [time], survival: sameForAll(survival, observed.survival) };
  const brierOfAll = everybody && ipcwBrier(everybody, [time]).values[0]!;
  const threshold = given ?? Math.min(Math.max(1 - (observed?.survival ?? predicted), 0.01), 0.99);
  const { model, treatAll } = decisionCurve(predictions, time, { thresholds: [threshold] }).points[0]!;
  return {
    time,
    ctd: { value, interval: interval && { low: interval.low, high: interval.high }, comparable },
    auc: aucWithinFolds(predictions, folds, { time, replicates }),
    predicted,
    observed,
    observedToExpected: ratio(observed, 1 - predicted),
    slope: calibrationSlope(predictions, survival, folds),
    ici: calibrationIndex(predictions, time)?.ici ?? null,
    brier,
    scaledBrier: brier === null || !brierOfAll ? null : 1 - brier / brierOfAll,
    netBenefit: { threshold, model, treatAll },
  };
}

/** One survival for everybody, as curves of one time. */
function sameForAll(survival: Float64Array, value: number): number[][] {
  return Array.from(survival, () => [value]);
}

/** Where nobody has died, Greenwood's variance is 0, and an interval without width would exclude every other number. */
function observedAt(outcomes: Outcomes, time: number): SurvivalEstimate | null {
  const found = kaplanMeierAt(kaplanMeier(outcomes), time);
  return found?.survival === 1 ? { survival: 1, low: null, high: null } : found;
}

function ratio(observed: SurvivalEstimate | null, expected: number): MaybeEstimated | null {
  if (observed === null || !(expected > 0)) return null;
  const { survival, low, high } = observed;
  const of = (s: number | null) => s === null ? null : (1 - s) / expected;
  return { value: (1 - survival) / expected, low: of(high), high: of(low) };
}

function calibrationSlope(
  { months, event }: SurvivalPredictions,
  survival: Float64Array,
  folds: FoldOfPatients,
): Estimated | null {
  const names = [...new Set(folds)];
  const covariates = Array.from(survival, (s) => [Math.log(-Math.log(Math.min(Math.max(s, MARGIN), 1 - MARGIN)))]);
  try {
    const { coefficients: [value], standardErrors: [error] } = fitCox({ months, event, covariates }, {
      strata: folds.map((fold) => names.indexOf(fold)),
    });
    return { value: value!, low: value! - NORMAL_95 * error!, high: value! + NORMAL_95 * error! };
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}
