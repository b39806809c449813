import { InputError } from "@ctsurv/base/mod.ts";
import { type Concordance, type ConcordanceTable, concordanceTable } from "../concordance/concordance.ts";
import { type ConcordanceInterval, concordanceInterval } from "../concordance/concordance_interval.ts";
import { unoConcordance } from "../concordance/uno_concordance.ts";
import { type RiskGroups, riskGroups } from "../estimates/risk_groups.ts";
import { censorPredictions, checkPredictions, type SurvivalPredictions } from "../follow_up/predictions.ts";
import { administrativeBrier, type BrierScores, ipcwBrier } from "./brier.ts";
import { type CalibrationCurve, calibrationCurve, type CalibrationIndex, calibrationIndex } from "./calibration.ts";
import { type DCalibration, dCalibration } from "./d_calibration.ts";
import { type DynamicAuc, dynamicAuc } from "./dynamic_auc.ts";
import { type ScoreIntervals, scoreIntervals } from "./score_intervals.ts";

/** Options of {@linkcode evaluatePredictions}. */
export interface EvaluationOptions {
  /**
   * Months at which follow-up ends for Ctd, at which Uno's C and the calibration are computed, and up to which Brier
   * scores are integrated. @default {the last time of the grid; for Ctd, the follow-up as it is}
   */
  readonly horizon?: number | undefined;
  /** Months of the AUC. @default {6, 12, 18 and 24 as far as they are in the grid, or else the horizon} */
  readonly times?: readonly number[] | undefined;
  /** Bootstrap samples of the intervals; 0 leaves them out. @default {1000, or 0 for more than 20,000 patients} */
  readonly replicates?: number | undefined;
}

/** With more patients, a thousand samples take minutes. */
const MOST_PATIENTS = 20_000;

/** The default number of bootstrap samples for a cohort of so many patients: 1000, or 0 above 20,000 patients. */
export function usualReplicates(patients: number): number {
  return patients > MOST_PATIENTS ? 0 : 1000;
}

/** Every score that is reported for the predictions of one model. */
export interface Evaluation {
  /** Ctd in all variants, of the follow-up up to the horizon. */
  readonly ctd: ConcordanceTable;
  /** Bootstrap samples that were drawn for the intervals; 0 where they were left out. */
  readonly replicates: number;
  /** Interval of Ctd's `"risk"` under `"pre"`; null where no pair can be compared, or intervals were left out. */
  readonly interval: ConcordanceInterval | null;
  /** Intervals of the scores below; null where intervals were left out. */
  readonly intervals: ScoreIntervals | null;
  /** Uno's C at the horizon, with the horizon as tau. */
  readonly uno: Concordance;
  /** AUC at the months asked for. */
  readonly auc: DynamicAuc;
  /** At each time of the grid before the horizon, and at the horizon. */
  readonly brier: {
    /** Weighted by the censoring, see `ipcwBrier`. */
    readonly ipcw: BrierScores;
    /** Without a model of the censoring, see `administrativeBrier`. */
    readonly administrative: BrierScores;
  };
  /** With ten bins. */
  readonly dCalibration: DCalibration;
  /** In ten groups, at the horizon. */
  readonly calibration: CalibrationCurve;
  /** At the horizon; null where there is nothing to smooth. */
  readonly calibrationIndex: Omit<CalibrationIndex, "observed"> | null;
  /** Split by the survival at the horizon; null where nobody is below the median. */
  readonly riskGroups: RiskGroups | null;
  /** Months. */
  readonly horizon: number;
}

/**
 * Computes every score that is reported for the predictions of a model. Only Ctd cuts the follow-up off at the horizon;
 * the weights of the other scores need the censoring beyond it.
 *
 * @example
 * ```ts
 * import { evaluatePredictions } from "@ctsurv/ctsurv/survival";
 * import { assertEquals } from "@std/assert";
 *
 * const { ctd, auc, riskGroups } = evaluatePredictions({
 *   times: [12, 24],
 *   survival: [[.3, .1], [.6, .4], [.5, .3], [.9, .8]],
 *   months: [5, 10, 15, 20],
 *   event: [1, 1, 0, 0],
 * }, { horizon: 12, replicates: 0 });
 * assertEquals([ctd.pre.risk.value, auc.auc, riskGroups?.highRisk.deaths], [.8, [.75], 1]);
 * ```
 *
 * @throws {InputError} If the predictions are not complete, or the horizon or a time is outside of them.
 */
export function evaluatePredictions(
  predictions: SurvivalPredictions,
  { horizon: ends, times, replicates = usualReplicates(predictions.survival.length) }: EvaluationOptions = {},
): Evaluation {
  const grid = Array.from(checkPredictions(predictions).times);
  const horizon = ends ?? grid.at(-1)!;
  if (!(horizon > 0 && horizon <= grid.at(-1)!)) {
    throw new InputError(
      `The horizon must be later than month 0 and no later than month ${
        grid.at(-1)
      }, where the curves end; not ${horizon}`,
    );
  }
  const usual = [6, 12, 18, 24].filter((t) => grid.includes(t) && t <= horizon);
  const months = times ?? (usual.length > 0 ? usual : [horizon]);
  const scored = [...grid.filter((t) => t < horizon), horizon];
  const followed = ends === undefined ? predictions : censorPredictions(predictions, ends);
  const index = calibrationIndex(predictions, horizon);
  return {
    ctd: concordanceTable(followed),
    replicates,
    interval: replicates === 0 ? null : concordanceInterval(followed, { variant: "risk", lookup: "pre", replicates }),
    intervals: replicates === 0 ? null : scoreIntervals(predictions, { horizon, times: months, scored, replicates }),
    uno: unoConcordance(predictions, { tau: horizon, at: horizon }),
    auc: dynamicAuc(predictions, months),
    brier: { ipcw: ipcwBrier(predictions, scored), administrative: administrativeBrier(predictions, scored) },
    dCalibration: dCalibration(predictions),
    calibration: calibrationCurve(predictions, horizon),
    calibrationIndex: index && { time: index.time, ici: index.ici, e50: index.e50, e90: index.e90 },
    riskGroups: riskGroups(predictions, horizon, { times: months }),
    horizon,
  };
}
