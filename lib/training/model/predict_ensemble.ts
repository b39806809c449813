import { InputError } from "@ctsurv/base/mod.ts";
import type { Engine } from "@ctsurv/engine/mod.ts";
import { checkSpreadLevel, type CurveSpread, curveSpread } from "@ctsurv/survival/mod.ts";
import type { DropoutPasses } from "../uncertainty/dropout_predictor.ts";
import { passRate } from "../uncertainty/pass_rate.ts";
import { modelPredictor } from "./model_predictor.ts";
import {
  predictScan,
  type PredictScanOptions,
  type ScanPrediction,
  viewAgain,
  type ViewedScan,
  viewScan,
} from "./predict_scan.ts";
import type { SurvivalModel } from "./survival_model.ts";

/** Options of {@linkcode predictEnsemble}. */
export interface PredictEnsembleOptions extends PredictScanOptions {
  /** Applies each model so often with dropout, see `passRate`, instead of once without. @default {without dropout} */
  readonly dropout?: DropoutPasses;
  /** Least share of the curves that the spread holds, see `curveSpread`. @default {0.95} */
  readonly level?: number;
}

/** The mean of several curves for one scan, and how far they lie apart. */
export interface EnsemblePrediction {
  /** The mean curve and its spread, at months 0 to 24. */
  readonly spread: CurveSpread;
  /** [models]: what each model predicts without dropout. */
  readonly predictions: readonly ScanPrediction[];
  /** What the reader of the scan noticed. */
  readonly warnings: readonly string[];
}

/**
 * Predicts the survival of a patient by several models, such as those of other seeds or of the folds of a
 * cross-validation, by one model with dropout, or both. The scan is read once, and preprocessed once for all models that
 * do it in the same way.
 *
 * @param path A NIfTI file, a DICOM file or a folder of DICOM files.
 * @throws {InputError} If there is one model only and no dropout, models end at different months, a model was trained
 *   without dropout and no rate is given, or for the reasons of `predictScan`.
 */
export async function predictEnsemble(
  path: string,
  models: readonly SurvivalModel[],
  { engine, dropout, level, ...options }: PredictEnsembleOptions,
): Promise<EnsemblePrediction> {
  if (models.length < 2 && !dropout) {
    throw new InputError("One model gives one curve: name several, or predict with dropout");
  }
  if (dropout) { for (const model of models) passRate(model, dropout); }
  if (level !== undefined) checkSpreadLevel(level);
  const scans = new Map<string, ViewedScan>();
  const see = async (model: SurvivalModel): Promise<ViewedScan> => {
    const name = JSON.stringify(model.preprocessing ?? {});
    const known = scans.get(name);
    if (known) return viewAgain(known, model, options);
    const scan = await viewScan(path, model, options);
    scans.set(name, scan);
    return scan;
  };
  const curves: Float64Array[] = [];
  const predictions: ScanPrediction[] = [];
  for (const model of models) {
    const scan = await see(model);
    const prediction = await predictScan(scan, model, { engine, ...options });
    predictions.push(prediction);
    if (!dropout) curves.push(prediction.survival);
    else curves.push(...await passesOf(scan, model, engine, dropout));
  }
  const [{ warnings }] = predictions as [ScanPrediction];
  return { spread: curveSpread(curves, level === undefined ? {} : { level }), predictions, warnings };
}

async function passesOf(
  { path, viewed }: ViewedScan,
  model: SurvivalModel,
  engine: Engine,
  dropout: DropoutPasses,
): Promise<Float64Array[]> {
  const predictor = await modelPredictor(engine, model);
  try {
    return await predictor.predictWithDropout(path, viewed, dropout);
  } finally {
    await predictor.dispose();
  }
}
