import { bootstrapAll, type BootstrapOptions, type BootstrapValues } from "./bootstrap.ts";
import type { ConcordanceInterval } from "./concordance_interval.ts";
import { checkPredictions, type SurvivalPredictions } from "./survival_predictions.ts";
import { type ScoredAt, weightedScores } from "./weighted_scores.ts";

export interface ScoreIntervalsOptions extends ScoredAt, BootstrapOptions {}

/** Of one kind of Brier score. */
export interface BrierIntervals {
  /** At the times of the AUC; null at one that is not among `scored`. */
  readonly values: readonly (ConcordanceInterval | null)[];
  readonly integrated: ConcordanceInterval | null;
}

/** Bootstrap intervals; null where no sample has a value. */
export interface ScoreIntervals {
  readonly uno: ConcordanceInterval | null;
  readonly auc: { readonly auc: readonly (ConcordanceInterval | null)[]; readonly mean: ConcordanceInterval | null };
  readonly brier: { readonly ipcw: BrierIntervals; readonly administrative: BrierIntervals };
}

/**
 * Percentile intervals of Uno's C, the AUC and the Brier scores when patients are drawn with replacement: the samples
 * of `concordanceInterval`, on each of which the censoring is estimated anew. A score of few deaths may be undefined on
 * some samples; `replicates` says how many had a value.
 *
 * @throws {InputError} If the predictions are not whole, or level or replicates make no sense.
 */
export function scoreIntervals(predictions: SurvivalPredictions, options: ScoreIntervalsOptions): ScoreIntervals {
  const { times, scored } = options;
  const scoresOf = weightedScores(checkPredictions(predictions), options);
  const found: Readonly<Record<string, BootstrapValues | null>> = bootstrapAll(
    predictions.survival.length,
    "concordance-interval",
    (drawn) => {
      const { auc, ipcwBrier, administrativeBrier, ...rest } = scoresOf(drawn);
      const byTime = (name: string, values: readonly (number | null)[], of: readonly number[]) =>
        of.map((t, k) => [`${name} ${t}`, values[k]!] as const);
      return {
        ...rest,
        ...Object.fromEntries([
          ...byTime("auc", auc, times),
          ...byTime("ipcw", ipcwBrier, scored),
          ...byTime("administrative", administrativeBrier, scored),
        ]),
      };
    },
    options,
  );
  const interval = (name: string): ConcordanceInterval | null => {
    const { low, high, level, values } = found[name] ?? {};
    return values ? { low: low!, high: high!, level: level!, replicates: values.length } : null;
  };
  const each = (name: string) => times.map((t) => interval(`${name} ${t}`));
  return {
    uno: interval("uno"),
    auc: { auc: each("auc"), mean: interval("meanAuc") },
    brier: {
      ipcw: { values: each("ipcw"), integrated: interval("integratedIpcwBrier") },
      administrative: { values: each("administrative"), integrated: interval("integratedAdministrativeBrier") },
    },
  };
}
