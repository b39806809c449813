import { bracketed, capital, plain } from "./_words.ts";
import type { SaidScore } from "./says_interval.ts";

/** What a row's Ctd is to be read beside. */
export interface Ceilings {
  /** Cox regression on the mean of the same features; undefined where it was not computed. */
  readonly coxOnFeatures?: SaidScore | null | undefined;
  /** The tumour's volume alone, which no network is needed for; undefined where it is not known. */
  readonly tumourVolume?: SaidScore | null | undefined;
  /** What the true survival curves reach; null where nobody knows them. */
  readonly bestReachableCtd: number | null;
}

/**
 * Says what a row's Ctd within folds is to be read beside: what the same features give without attention and DeepHit,
 * what the tumour's volume gives without a network, and what no model can be expected to exceed.
 *
 * @example
 * ```ts
 * import { saysCeilings } from "@ctsurv/ctsurv/report";
 * import { assertEquals } from "@std/assert";
 *
 * const score = (value: number) => ({ value, interval: { low: value - .1, high: value + .1 } });
 * assertEquals(
 *   saysCeilings("soft attention", score(.7), {
 *     coxOnFeatures: score(.65),
 *     tumourVolume: score(.47),
 *     bestReachableCtd: .921,
 *   }),
 *   "Soft attention reaches 0.700 [0.600, 0.800]. Beside it: Cox regression on the same features, averaged over the " +
 *     "slices, 0.650 [0.550, 0.750]; the tumour's volume alone 0.470 [0.370, 0.570]; the true law 0.921, which no " +
 *     "model can be expected to exceed.",
 * );
 * ```
 *
 * @param name The row, as it stands in a sentence.
 */
export function saysCeilings(
  name: string,
  score: SaidScore | null | undefined,
  { coxOnFeatures, tumourVolume, bestReachableCtd }: Ceilings,
): string {
  const own = inWords(score);
  const beside = [
    ...with_("Cox regression on the same features, averaged over the slices,", coxOnFeatures),
    ...with_("the tumour's volume alone", tumourVolume),
    ...bestReachableCtd === null
      ? []
      : [`the true law ${plain(bestReachableCtd)}, which no model can be expected to exceed`],
  ];
  const first = own === null ? `${capital(name)} has no number.` : `${capital(name)} reaches ${own}.`;
  const unknown = bestReachableCtd === null ? " The best that could be reached is known of phantoms only." : "";
  return beside.length === 0 ? first + unknown : `${first} Beside it: ${beside.join("; ")}.${unknown}`;
}

function with_(what: string, score: SaidScore | null | undefined): string[] {
  const said = inWords(score);
  return said === null ? [] : [`${what} ${said}`];
}

function inWords(score: SaidScore | null | undefined): string | null {
  if (!score || score.value === null) return null;
  return score.interval ? bracketed(score.value, score.interval) : plain(score.value);
}
