import { InputError } from "@ctsurv/base/mod.ts";
import {
  compareSubgroups,
  type DecisionCurve,
  decisionCurve,
  evaluatePredictions,
  type Evaluation,
  kaplanMeier,
  kaplanMeierAt,
  recalibrate,
  type Recalibration,
  type RecalibrationMethod,
  type SubgroupComparison,
} from "@ctsurv/survival/mod.ts";
import type { CommandInput, CommandOption } from "../command.ts";
import { decisionText, recalibrationText, subgroupsText } from "./clinical_use_text.ts";
import { type Levels, readLevels } from "./read_levels.ts";
import type { Predictions } from "./read_predictions.ts";

/** Options of `evaluate` that ask what predictions are good for. */
export const clinicalUseOptions: Readonly<Record<string, CommandOption>> = {
  recalibrate: {
    describe: "recalibrate each fold at the horizon by the predictions and outcomes of the other folds, and say what " +
      "that changes: shift (one factor of all hazards, to the mean of Kaplan-Meier) or isotonic (needs a column fold)",
    value: "METHOD",
  },
  "decision-curve": {
    describe:
      "net benefit of treating by the prediction at the horizon, against treating everybody and nobody; of the " +
      "recalibrated predictions too, if there are any",
  },
  by: {
    describe:
      "Ctd by the levels of this column of the predictions or of --clinical, with a test whether they differ, " +
      "such as sex, stage, histology or scanner",
    value: "COLUMN",
    repeatable: true,
  },
  clinical: {
    describe: "table with a row for each patient, such as a cohort's clinical.csv or the table of ctsurv qc, for --by",
    value: "FILE.csv",
  },
};

/** How well predictions are calibrated at the horizon. */
export interface CalibrationScores {
  /** Mean of the predicted survival. */
  readonly predicted: number;
  readonly ici: number | null;
  readonly e50: number | null;
  readonly e90: number | null;
  /** IPCW Brier score at the horizon. */
  readonly brier: number | null;
  /** The same over the time to the horizon. */
  readonly integratedBrier: number | null;
  readonly dCalibration: number;
}

/** A recalibration, and how well the predictions were and are calibrated. */
export interface RecalibrationReport extends Omit<Recalibration, "predictions"> {
  /** Kaplan-Meier's survival of all patients; null where nobody was followed so far. */
  readonly observed: number | null;
  readonly before: CalibrationScores;
  readonly after: CalibrationScores;
}

/** Ctd by the levels of a column. */
export interface SubgroupReport extends SubgroupComparison, Omit<Levels, "levels"> {
  /** Whether only pairs of one fold are compared. */
  readonly withinFolds: boolean;
}

/** What was asked for; the rest is absent. */
export interface ClinicalUse {
  readonly recalibration?: RecalibrationReport;
  readonly decisionCurve?: DecisionCurve;
  /** Of the recalibrated predictions. */
  readonly recalibratedDecisionCurve?: DecisionCurve;
  readonly subgroups?: readonly SubgroupReport[];
}

/** The options of {@linkcode clinicalUseOptions}, checked. */
export interface ClinicalUseQuestion {
  readonly method: RecalibrationMethod | undefined;
  readonly hasCurve: boolean;
  readonly columns: readonly string[];
  readonly clinical: string | undefined;
}

/**
 * Checks the options of {@linkcode clinicalUseOptions}.
 *
 * @throws {InputError} If there is no such method, or `clinical` is given without `by`.
 */
export function parseClinicalUse({ options }: Pick<CommandInput, "options">): ClinicalUseQuestion {
  const { recalibrate: method, by, clinical } = options;
  if (method !== undefined && method !== "shift" && method !== "isotonic") {
    throw new InputError(`--recalibrate takes shift or isotonic, not "${method}"`);
  }
  if (clinical !== undefined && by === undefined) {
    throw new InputError("--clinical is the table of --by COLUMN; say which column the patients are to be split by");
  }
  return {
    method,
    hasCurve: options["decision-curve"] === true,
    columns: by === undefined ? [] : String(by).split("\n"),
    clinical: clinical === undefined ? undefined : String(clinical),
  };
}

/**
 * Answers what predictions are good for, as far as that was asked.
 *
 * @throws {InputError} If the predictions have no folds to recalibrate by, or the levels of a column cannot be read.
 */
export async function clinicalUse(
  predictions: Predictions & { readonly isRisk?: boolean },
  { horizon, replicates }: Pick<Evaluation, "horizon" | "replicates">,
  { method, hasCurve, columns, clinical }: ClinicalUseQuestion,
): Promise<ClinicalUse> {
  const { folds, file, patients, isRisk } = predictions;
  if (isRisk && (method !== undefined || hasCurve)) {
    throw new InputError(
      `${file} has a risk in place of probabilities: --recalibrate and --decision-curve need survival at the horizon, ` +
        "such as a column S24",
    );
  }
  if (method !== undefined && folds === null) {
    throw new InputError(
      `${file} has no column fold with two or more folds: --recalibrate takes the out-of-fold predictions of the other ` +
        "folds. Write the fold that tested each patient",
    );
  }
  const recalibrated = method && recalibrate(predictions, folds!, horizon, { method });
  const subgroups: SubgroupReport[] = [];
  for (const column of columns) {
    const { levels, ...found } = await readLevels(column, patients, [...clinical ? [clinical] : [], file]);
    const compared = compareSubgroups(predictions, levels, { folds: folds ?? undefined, replicates });
    subgroups.push({ ...found, withinFolds: folds !== null, ...compared });
  }
  return {
    ...recalibrated && { recalibration: report(predictions, recalibrated) },
    ...hasCurve && { decisionCurve: decisionCurve(predictions, horizon) },
    ...hasCurve && recalibrated && { recalibratedDecisionCurve: decisionCurve(recalibrated.predictions, horizon) },
    ...columns.length > 0 && { subgroups },
  };
}

function report(predictions: Predictions, recalibration: Recalibration): RecalibrationReport {
  const { predictions: recalibrated, ...facts } = recalibration;
  const [before, after] = [predictions, recalibrated].map((one) => {
    const { calibration, calibrationIndex: index, brier: { ipcw }, dCalibration } = evaluatePredictions(one, {
      horizon: facts.time,
      replicates: 0,
    });
    const { groups } = calibration;
    const all = groups.reduce((sum, { patients }) => sum + patients, 0);
    return {
      predicted: groups.reduce((sum, { predicted, patients }) => sum + predicted * patients / all, 0),
      ici: index?.ici ?? null,
      e50: index?.e50 ?? null,
      e90: index?.e90 ?? null,
      brier: ipcw.values.at(-1)!,
      integratedBrier: ipcw.integrated,
      dCalibration: dCalibration.p,
    };
  }) as [CalibrationScores, CalibrationScores];
  const observed = kaplanMeierAt(kaplanMeier(predictions), facts.time)?.survival ?? null;
  return { ...facts, observed, before, after };
}

/** {@linkcode ClinicalUse} as printed lines, each part after an empty line. */
export function clinicalUseText(use: ClinicalUse): string[] {
  const { recalibration, decisionCurve, recalibratedDecisionCurve, subgroups = [] } = use;
  return [
    ...recalibration ? recalibrationText(recalibration) : [],
    ...decisionCurve ? decisionText(decisionCurve, recalibratedDecisionCurve) : [],
    ...subgroups.flatMap((one) => subgroupsText(one)),
  ];
}
