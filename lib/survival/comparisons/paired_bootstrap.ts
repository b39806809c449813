import { InputError } from "@ctsurv/base/mod.ts";
import type { CtdOptions } from "../concordance/concordance.ts";
import { pairCounter } from "../concordance/_count_pairs.ts";
import { checkPredictions, type SurvivalPredictions } from "../follow_up/predictions.ts";
import { bootstrap, type BootstrapOptions } from "./bootstrap.ts";

export interface PairedBootstrap {
  /** Ctd of the first less that of the second. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly level: number;
  /** Two-sided, of no difference. */
  readonly p: number;
  readonly replicates: number;
}

/**
 * The difference in Ctd of two models on the same patients, in the same order, with its percentile interval: each
 * sample draws patients with replacement and evaluates both models on them, as {@linkcode concordanceInterval} does
 * one. Null where no pair can be compared.
 *
 * p is twice the smaller share of samples at or beyond 0, (1 + count) / (1 + samples), at most 1 (Davison & Hinkley
 * 1997, 4.2): never 0, and agreeing with the interval but for that 1. It asks about these two fitted models and says
 * nothing of other training runs; for that, see `correctedTTest`.
 *
 * @throws {InputError} If predictions are not whole, or patients' months or events differ.
 */
export function pairedBootstrap(
  first: SurvivalPredictions,
  second: SurvivalPredictions,
  options: CtdOptions & BootstrapOptions = {},
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
  const [countFirst, countSecond] = [pairCounter(first, options), pairCounter(second, options)];
  const difference = (patient?: Uint32Array) => {
    const [a, b] = [countFirst({ patient }), countSecond({ patient })];
    return a.comparable > 0 && b.comparable > 0 ? a.concordant / a.comparable - b.concordant / b.comparable : null;
  };
  const value = difference();
  const samples = bootstrap(patients, "concordance-interval", difference, options);
  if (value === null || samples === null) return null;
  const { low, high, level, values } = samples;
  const share = (isBeyond: (difference: number) => boolean) =>
    (1 + values.filter(isBeyond).length) / (1 + values.length);
  const p = Math.min(1, 2 * Math.min(share((d) => d <= 0), share((d) => d >= 0)));
  return { difference: value, low, high, level, p, replicates: values.length };
}
