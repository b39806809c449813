import type { SurvivalPredictions } from "./survival_predictions.ts";

/** The same predictions for patients whose follow-up ended at `horizon` months, as `censorAt` has it. */
export function censorPredictions(predictions: SurvivalPredictions, horizon: number): SurvivalPredictions {
  const { months, event } = predictions;
  return {
    ...predictions,
    months: Float64Array.from(months, (t) => Math.min(t, horizon)),
    event: Uint8Array.from(event, (died, i) => months[i]! > horizon ? 0 : died),
  };
}
