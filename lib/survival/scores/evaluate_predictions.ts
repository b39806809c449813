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

export interface EvaluationOptions {
  /**
   * Months at which follow-up ends for Ctd, at which Uno's C and the calibration are taken, and to which Brier scores
   * are integrated. Default: follow-up as it is for Ctd, else the last time of the grid.
   */
  readonly horizon?: number | undefined;
  /** Months of the AUC. Default: of 6, 12, 18 and 24, those of the grid up to the horizon, or the horizon alone. */
  readonly times?: readonly number[] | undefined;
  /** Bootstrap samples of the intervals; 0 leaves them out. @default {1000, or 0 of more than 20,000 patients} */
  readonly replicates?: number | undefined;
}

/** Of more patients a thousand samples take minutes. */
const MOST_PATIENTS = 20_000;

/** The bootstrap samples of a cohort where none are asked for. */
export function usualReplicates(patients: number): number {
  return patients > MOST_PATIENTS ? 0 : 1000;
}

/** All that is reported of one model's predictions. */
export interface Evaluation {
  readonly ctd: ConcordanceTable;
  /** Bootstrap samples that were drawn for the intervals; 0 where they were left out. */
  readonly replicates: number;
  /** Of Ctd's `"risk"` under `"pre"`; null where no pair can be compared, or intervals were left out. */
  readonly interval: ConcordanceInterval | null;
  /** Of the scores below; null where intervals were left out. */
  readonly intervals: ScoreIntervals | null;
  readonly uno: Concordance;
  readonly auc: DynamicAuc;
  /** At each time of the grid up to the horizon, and there. */
  readonly brier: { readonly ipcw: BrierScores; readonly administrative: BrierScores };
  readonly dCalibration: DCalibration;
  readonly calibration: CalibrationCurve;
  readonly calibrationIndex: Omit<CalibrationIndex, "observed"> | null;
  readonly riskGroups: RiskGroups | null;
  /** Months. */
  readonly horizon: number;
}

/**
 * Evaluates predictions in every way that is reported. All but Ctd keep the follow-up beyond the horizon, for weights
 * by the censoring need it.
 *
 * @throws {InputError} If the predictions are not whole, or the horizon or a time is outside of them.
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
