import { bootstrapAll, type BootstrapOptions, type BootstrapValues } from "../comparisons/bootstrap.ts";
import { pairCounter } from "../concordance/_count_pairs.ts";
import type { ConcordanceInterval } from "../concordance/concordance_interval.ts";
import { checkPredictions, survivalOfAll, type SurvivalPredictions } from "../follow_up/predictions.ts";
import { aucCounter, statesAt } from "./_count_auc.ts";
import { integrateScores } from "./brier.ts";
import { weightedCensoring } from "./censoring_weights.ts";

/** The months at which scores are computed. */
export interface ScoredAt {
  /** Month of Uno's C: its `tau`, and where the curves are read. */
  readonly horizon: number;
  /** Months of the AUC. */
  readonly times: readonly number[];
  /** Months of the Brier scores, over which they are integrated. */
  readonly scored: readonly number[];
}

/** Scores that depend on the censoring; the entries of a list are in the order of its times. */
export interface WeightedScores {
  readonly uno: number | null;
  readonly auc: readonly (number | null)[];
  readonly meanAuc: number | null;
  readonly ipcwBrier: readonly (number | null)[];
  readonly integratedIpcwBrier: number | null;
  readonly administrativeBrier: readonly (number | null)[];
  readonly integratedAdministrativeBrier: number | null;
}

/**
 * Prepares checked predictions for `unoConcordance`, `dynamicAuc`, `ipcwBrier` and `administrativeBrier` on samples of
 * the patients. `count` says how often each patient occurs in a sample. The scores are those of a table with so many
 * rows of each patient, with the weights of the censoring estimated on the sample.
 *
 * Everything is sorted once. A sample takes a pass over the patients for each time, and Uno's C one over the pairs of
 * one column.
 */
export function weightedScores(
  predictions: SurvivalPredictions,
  { horizon, times, scored }: ScoredAt,
): (count: Uint32Array) => WeightedScores {
  const { months, event } = predictions;
  const censoring = weightedCensoring(predictions, [...times, ...scored]);
  const atHorizon = Array.from(survivalOfAll(predictions, horizon), (s) => [s]);
  const countPairs = pairCounter({ ...predictions, times: [horizon], survival: atHorizon });
  const isAnchor = Array.from(months, (t, i) => event[i] === 1 && t < horizon);
  const aucOf = times.map((t) => aucCounter(predictions, t));
  const brierOf = scored.map((t) => brierCounter(predictions, t));

  return (count) => {
    const { own, at, survivalAt } = censoring(count);
    const anchor = own.map((weight, i) => isAnchor[i] && count[i]! > 0 ? weight ** 2 : 0);
    const { concordant, comparable } = countPairs({ patient: count, anchor });
    const auc = aucOf.map((of) => {
      const { score, weight } = of(count, own);
      return finite(score / weight);
    });
    const brier = brierOf.map((of, k) => of(count, own, at[times.length + k]!));
    const ipcw = brier.map(({ ipcw }) => ipcw);
    const administrative = brier.map(({ administrative }) => administrative);
    return {
      uno: finite(concordant / comparable),
      auc,
      meanAuc: meanAuc(auc, survivalAt),
      ipcwBrier: ipcw,
      integratedIpcwBrier: integrateScores(scored, ipcw),
      administrativeBrier: administrative,
      integratedAdministrativeBrier: integrateScores(scored, administrative),
    };
  };
}

const finite = (value: number) => Number.isFinite(value) ? value : null;

function meanAuc(auc: readonly (number | null)[], survival: readonly number[]): number | null {
  if (auc.length === 1) return auc[0]!;
  let sum = 0;
  for (const [k, value] of auc.entries()) {
    if (value === null) return null;
    sum += value * ((k === 0 ? 1 : survival[k - 1]!) - survival[k]!);
  }
  return finite(sum / (1 - survival[auc.length - 1]!));
}

function brierCounter(predictions: SurvivalPredictions, t: number) {
  const states = statesAt(predictions, t);
  const errors = survivalOfAll(predictions, t).map((s, i) => (states[i] === "dead" ? s : 1 - s) ** 2);
  return (count: Uint32Array, own: Float64Array, weight: number) => {
    let [all, followed, ofDead, weightedOfDead, ofAlive] = [0, 0, 0, 0, 0];
    for (let i = 0; i < errors.length; i++) {
      if (count[i] === 0) continue;
      all += count[i]!;
      if (states[i] === "unknown") continue;
      followed += count[i]!;
      const error = errors[i]! * count[i]!;
      if (states[i] === "alive") ofAlive += error;
      else {
        ofDead += error;
        weightedOfDead += error * own[i]!;
      }
    }
    return {
      ipcw: Number.isFinite(weight) ? finite((weightedOfDead + weight * ofAlive) / all) : null,
      administrative: followed === 0 ? null : (ofDead + ofAlive) / followed,
    };
  };
}

/** Options of {@linkcode scoreIntervals}: the months of the scores, and the bootstrap. */
export interface ScoreIntervalsOptions extends ScoredAt, BootstrapOptions {}

/** Bootstrap intervals of one kind of Brier score. */
export interface BrierIntervals {
  /** At the times of the AUC; null at a time that is not among `scored`. */
  readonly values: readonly (ConcordanceInterval | null)[];
  /** Of the score integrated over `scored`. */
  readonly integrated: ConcordanceInterval | null;
}

/** Bootstrap intervals of scores that depend on the censoring; null where no sample has a value. */
export interface ScoreIntervals {
  /** Of Uno's C at the horizon. */
  readonly uno: ConcordanceInterval | null;
  /** Of the AUC at each of the times, and of its mean over them. */
  readonly auc: { readonly auc: readonly (ConcordanceInterval | null)[]; readonly mean: ConcordanceInterval | null };
  /** Of `ipcwBrier` and `administrativeBrier`. */
  readonly brier: { readonly ipcw: BrierIntervals; readonly administrative: BrierIntervals };
}

/**
 * Percentile bootstrap intervals (Efron & Tibshirani 1993, 13) of Uno's C, the AUC and the Brier scores. The samples
 * are those of `concordanceInterval`, and the censoring is estimated anew on each of them. A score of few deaths may be
 * undefined on some samples; `replicates` says how many had a value.
 *
 * @example
 * ```ts
 * import { scoreIntervals } from "@ctsurv/ctsurv/survival";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const predictions = {
 *   times: [24],
 *   survival: [.1, .2, .3, .4, .5, .6, .7, .8].map((s) => [s]),
 *   months: [2, 4, 6, 8, 10, 12, 25, 26],
 *   event: [1, 1, 1, 1, 1, 1, 0, 0],
 * };
 * const { uno, brier } = scoreIntervals(predictions, { horizon: 24, times: [24], scored: [24] });
 * assertEquals([uno?.low, uno?.high], [1, 1]); // A perfect order is one on every sample.
 * assertAlmostEquals(brier.ipcw.values[0]!.low, .0587, 1e-4);
 * assertAlmostEquals(brier.ipcw.values[0]!.high, .2138, 1e-4);
 * ```
 *
 * @throws {InputError} If the predictions are not complete, or level or replicates make no sense.
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
