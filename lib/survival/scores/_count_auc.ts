import { firstIndex, survivalOfAll, type SurvivalPredictions } from "../follow_up/predictions.ts";

/** How far two survivals may differ and still be the same prediction, as in `dynamicAuc`. */
const TOLERANCE = 1e-8;

/** The known state of each patient at `t`; a patient censored at `t` was alive, as in `censoringWeights`. */
export function statesAt({ months, event }: SurvivalPredictions, t: number): ("dead" | "alive" | "unknown")[] {
  return Array.from(months, (own, i) => {
    if (event[i] === 1) return own <= t ? "dead" : "alive";
    return own >= t ? "alive" : "unknown";
  });
}

/** Weighted sums over the pairs of a dead and a living patient. */
export interface AucCounts {
  /** Sum of the scores; ties count one half. */
  readonly score: number;
  /** Sum of the weights of the pairs. */
  readonly weight: number;
  /** Number of the pairs. */
  readonly pairs: number;
}

/**
 * Prepares checked predictions for the sums of the AUC at `t` on samples of the patients: `count` says how often each
 * patient occurs, and `own` is 1 / G at a patient's own time.
 *
 * @param members The patients who are compared with each other. Default: all.
 */
export function aucCounter(
  predictions: SurvivalPredictions,
  t: number,
  members: readonly number[] = Array.from(predictions.survival, (_, i) => i),
): (count: Uint32Array, own: Float64Array) => AucCounts {
  const survival = survivalOfAll(predictions, t);
  const states = statesAt(predictions, t);
  const alive = members.filter((i) => states[i] === "alive").sort((a, b) => survival[a]! - survival[b]!);
  const dead = members.filter((i) => states[i] === "dead").map((i) => ({
    i,
    above: firstIndex(alive.length, (k) => survival[alive[k]!]! - survival[i]! > TOLERANCE),
    from: firstIndex(alive.length, (k) => survival[alive[k]!]! - survival[i]! >= -TOLERANCE),
  }));
  const below = new Float64Array(alive.length + 1);
  return (count, own) => {
    alive.forEach((i, k) => below[k + 1] = below[k]! + count[i]!);
    const total = below[alive.length]!;
    let score = 0, weight = 0, pairs = 0;
    for (const { i, above, from } of dead) {
      if (count[i] === 0) continue;
      const mine = own[i]! * count[i]!;
      score += mine * (2 * total - below[above]! - below[from]!) / 2;
      weight += mine * total;
      pairs += count[i]! * total;
    }
    return { score, weight, pairs };
  };
}
