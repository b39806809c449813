import { checkPredictions, type SurvivalPredictions } from "../follow_up/predictions.ts";
import type { Concordance } from "./concordance.ts";

/**
 * Time-dependent concordance as it is defined (Antolini et al. 2005), pair by pair in O(n^2). It is here to be read and
 * to test {@linkcode concordance}, which counts the same in O(K n log n).
 *
 *     Ctd = P(S_i(T_i) < S_j(T_i) | T_i < T_j, D_i = 1)
 *
 * where S_i is the curve of patient i, T_i their months and D_i = 1 a death. This is the variant `"risk"` under the
 * lookup `"pre"`: equal survivals count 1/2, patients who were censored at T_i outlived it, and the curves are read at
 * the first time of the grid at or after T_i, or at its end.
 *
 * @example
 * ```ts
 * import { concordance, concordanceByDefinition } from "@ctsurv/ctsurv/survival";
 * import { assertEquals } from "@std/assert";
 *
 * const predictions = {
 *   times: [12, 24],
 *   survival: [[.3, .1], [.6, .4], [.6, .3], [.9, .8]],
 *   months: [5, 10, 15, 20],
 *   event: [1, 1, 0, 0],
 * };
 * assertEquals(concordanceByDefinition(predictions), { value: .9, concordant: 4.5, comparable: 5 });
 * assertEquals(concordance(predictions), concordanceByDefinition(predictions));
 * ```
 *
 * @throws {InputError} If the predictions are not complete; see {@linkcode SurvivalPredictions}.
 */
export function concordanceByDefinition(predictions: SurvivalPredictions): Concordance {
  const { times, survival, months, event } = checkPredictions(predictions);
  let concordant = 0, comparable = 0;
  for (let i = 0; i < months.length; i++) {
    if (event[i] === 0) continue;
    const next = Array.from(times).findIndex((t) => t >= months[i]!);
    const k = next === -1 ? times.length - 1 : next;
    for (let j = 0; j < months.length; j++) {
      const outlivedIt = months[j]! > months[i]! || (months[j] === months[i] && event[j] === 0);
      if (!outlivedIt) continue;
      const gap = survival[j]![k]! - survival[i]![k]!;
      concordant += Math.abs(gap) <= 1e-8 ? 1 / 2 : gap > 0 ? 1 : 0;
      comparable++;
    }
  }
  return { value: comparable === 0 ? null : concordant / comparable, concordant, comparable };
}
