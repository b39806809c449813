import { InputError } from "@ctsurv/base/mod.ts";
import { pairCounter } from "../concordance/_count_pairs.ts";
import { pairCounterWithinFolds } from "../concordance/_count_within_folds.ts";
import type { CtdOptions } from "../concordance/concordance.ts";
import { checkPredictions, type FoldOfPatients, type SurvivalPredictions } from "../follow_up/predictions.ts";
import { bootstrap, type BootstrapOptions } from "./bootstrap.ts";

/** The difference in Ctd between two models, with its bootstrap interval. */
export interface PairedBootstrap {
  /** Ctd of the first less that of the second, on the patients as they are. */
  readonly difference: number;
  /** Lower end of the percentile interval. */
  readonly low: number;
  /** Upper end of the percentile interval. */
  readonly high: number;
  /** Coverage of the interval, such as 0.95. */
  readonly level: number;
  /** Two-sided p-value of no difference. */
  readonly p: number;
  /** Bootstrap samples on which both models had a Ctd; interval and p are made of these. */
  readonly replicates: number;
}

/** Options of {@linkcode pairedBootstrap}: the reading of Ctd, the bootstrap, and the folds. */
export interface PairedBootstrapOptions extends CtdOptions, BootstrapOptions {
  /**
   * [patients]: the fold in which each patient was tested by both models. Then the difference is that of
   * `concordanceWithinFolds`, and patients are drawn within their fold. @default {pairs across folds count too}
   */
  readonly folds?: FoldOfPatients | undefined;
}

/**
 * The difference in Ctd between two models, with its percentile interval. Both predict the same patients in the same
 * order. Each sample draws patients with replacement and evaluates both models on them, as `concordanceInterval` does
 * for one model. Null where no pair can be compared.
 *
 *     p = min(1, 2 min((1 + #{d <= 0}) / (1 + B), (1 + #{d >= 0}) / (1 + B)))
 *
 * over the differences d of B samples (Davison & Hinkley 1997, 4.2). p is never 0. Apart from the added 1 it agrees
 * with the interval. It is a statement about these two trained models and not about other training runs: for those,
 * see `compareFolds`.
 *
 * @example
 * ```ts
 * import { pairedBootstrap } from "@ctsurv/ctsurv/survival";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const followUp = { months: [2, 4, 6, 8, 10, 12, 14, 16], event: [1, 1, 1, 0, 1, 1, 0, 1] };
 * const curves = (survival: number[]) => ({ ...followUp, times: [24], survival: survival.map((s) => [s]) });
 * const perfect = curves([.1, .2, .3, .4, .5, .6, .7, .8]);
 * const constant = curves(Array(8).fill(.5));
 * const { difference, low, high, p } = pairedBootstrap(perfect, constant)!;
 * assertEquals([difference, low, high], [.5, .5, .5]); // Ctd 1 against 0.5, whichever patients are drawn
 * assert(p < .01);
 * ```
 *
 * @throws {InputError} If predictions are not complete, patients' months or events differ, or a patient has no fold.
 */
export function pairedBootstrap(
  first: SurvivalPredictions,
  second: SurvivalPredictions,
  options: PairedBootstrapOptions = {},
): PairedBootstrap | null {
  const patients = checkPredictions(first).months.length;
  if (checkPredictions(second).months.length !== patients) {
    throw new InputError(`The two models have ${patients} and ${second.months.length} patients; they need the same`);
  }
  for (let i = 0; i < patients; i++) {
    if (first.months[i] === second.months[i] && first.event[i] === second.event[i]) continue;
    throw new InputError(
      `Patient ${i + 1} of ${patients} has ${first.months[i]} months and event ${first.event[i]} in the first, ` +
        `${second.months[i]} and ${second.event[i]} in the second; they need the same follow-up`,
    );
  }
  const { folds } = options;
  const counter = (predictions: SurvivalPredictions) =>
    folds ? pairCounterWithinFolds(predictions, folds, options) : pairCounter(predictions, options);
  const [countFirst, countSecond] = [counter(first), counter(second)];
  const difference = (patient?: Uint32Array) => {
    const [a, b] = [countFirst({ patient }), countSecond({ patient })];
    return a.comparable > 0 && b.comparable > 0 ? a.concordant / a.comparable - b.concordant / b.comparable : null;
  };
  const value = difference();
  const samples = bootstrap(patients, "concordance-interval", difference, { ...options, strata: folds });
  if (value === null || samples === null) return null;
  const { low, high, level, values } = samples;
  const share = (isBeyond: (difference: number) => boolean) =>
    (1 + values.filter(isBeyond).length) / (1 + values.length);
  const p = Math.min(1, 2 * Math.min(share((d) => d <= 0), share((d) => d >= 0)));
  return { difference: value, low, high, level, p, replicates: values.length };
}
