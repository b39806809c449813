import { createRandom, InputError, type Random } from "@ctsurv/base/mod.ts";
import { normalQuantile } from "../_math.ts";
import { concordance } from "../concordance/concordance.ts";
import { concordanceWithinFolds } from "../concordance/concordance_within_folds.ts";
import { checkOutcomes, type FoldOfPatients, membersOf, type Outcomes } from "../follow_up/predictions.ts";
import { summariseScores } from "./summarise_scores.ts";

/** Options of {@linkcode detectableDifference}. */
export interface DetectableDifferenceOptions {
  /** Correlation of the two models' risks, from 0 to below 1. */
  readonly correlation: number;
  /** Ctd of both models where there is no difference. @default {0.58, about what the paper reports} */
  readonly ctd?: number;
  /** [patients]: compares only patients of one fold, as the paired bootstrap within folds does. @default {all pairs} */
  readonly folds?: FoldOfPatients | undefined;
  /** Probability of finding the difference. @default {0.8} */
  readonly power?: number;
  /** Two-sided level of the test; divide it by the number of comparisons for Bonferroni's. @default {0.05} */
  readonly level?: number;
  /** Simulated pairs of models. @default {500} */
  readonly simulations?: number;
  /** Seed of the simulation. @default {42} */
  readonly seed?: number;
}

/**
 * The difference in Ctd between two models that a comparison on these patients would find, by simulation:
 *
 *     (z of 1 - level / 2 + z of power) * standard deviation of the difference between two equally good models
 *
 * Each simulation draws patients with replacement from the outcomes, and two risks for each patient that have the
 * correlation asked for and the same association with the time of death, such that either model has the Ctd asked for.
 * Smaller differences are out of reach, whatever the models: a table that shows one has not told them apart.
 *
 * @example
 * ```ts
 * import { detectableDifference } from "@ctsurv/ctsurv/survival";
 * import { assert } from "@std/assert";
 *
 * // 100 patients, 60 of whom die, one every 0.4 months; the others are alive at 24 months.
 * const months = Array.from({ length: 100 }, (_, i) => Math.min(24, .4 * (1 + i)));
 * const outcomes = { months, event: months.map((t) => t < 24 ? 1 : 0) };
 * const of = (correlation: number) => detectableDifference(outcomes, { correlation, simulations: 200 })!;
 * assert(of(.3) > .1 && of(.3) < .2);
 * assert(of(.9) < of(.6) && of(.6) < of(.3)); // Similar models are compared more precisely.
 * ```
 *
 * @returns Null where no pair of patients can be compared.
 * @throws {InputError} If outcomes are not complete, or an option makes no sense.
 */
export function detectableDifference(
  outcomes: Outcomes,
  { correlation, ctd = .58, folds, power = .8, level = .05, simulations = 500, seed = 42 }: DetectableDifferenceOptions,
): number | null {
  const { months, event } = checkOutcomes(outcomes);
  // Normal variables of correlation r have a concordance of 1/2 + asin(r) / pi.
  const withTime = Math.sin(Math.PI * (ctd - .5));
  if (!(ctd >= .5 && ctd < 1 && correlation >= withTime ** 2 && correlation < 1)) {
    throw new InputError(
      `Two models of Ctd ${ctd} can have correlations from ${
        (withTime ** 2).toFixed(3)
      } to below 1, not ${correlation}`,
    );
  }
  if (!(power > .5 && power < 1 && level > 0 && level < 1)) {
    throw new InputError(`A power is between 0.5 and 1 and a level between 0 and 1; got ${power} and ${level}`);
  }
  const random = createRandom(seed, "detectable difference");
  const noise = Math.sqrt(1 - withTime ** 2);
  const shared = Math.sqrt((correlation - withTime ** 2) / noise ** 2), own = Math.sqrt(1 - shared ** 2);
  const strata = membersOf(folds ?? Array(months.length).fill("all"));
  const differences: number[] = [];
  for (let simulation = 0; simulation < simulations; simulation++) {
    const drawn = strata.flatMap((members) => members.map(() => members[random.integer(0, members.length - 1)]!));
    const time = timeScores(drawn, outcomes, random);
    const risks = time.map((z) => {
      const common = random.normal();
      return [0, 1].map(() => withTime * z + noise * (shared * common + own * random.normal()));
    });
    const ctdOf = (model: number) => {
      const predictions = {
        times: [0],
        survival: risks.map((pair) => [pair[model]!]),
        months: drawn.map((i) => months[i]!),
        event: drawn.map((i) => event[i]!),
      };
      return folds
        ? concordanceWithinFolds(predictions, drawn.map((i) => folds[i]!)).value
        : concordance(predictions).value;
    };
    const [first, second] = [ctdOf(0), ctdOf(1)];
    if (first !== null && second !== null) differences.push(first - second);
  }
  if (differences.length < 2) return null;
  return (normalQuantile(1 - level / 2) + normalQuantile(power)) * summariseScores(differences).sampleDeviation!;
}

/**
 * Standard normal scores of the times of death: the longer a patient lived, the higher. When a censored patient died is
 * drawn, evenly over the share of Kaplan-Meier's curve that is left.
 */
function timeScores(drawn: readonly number[], { months, event }: Outcomes, random: Random): number[] {
  const order = [...drawn.keys()].sort((a, b) => months[drawn[a]!]! - months[drawn[b]!]!);
  const alive = new Float64Array(drawn.length);
  let left = 1;
  order.forEach((p, k) => {
    const step = left / (order.length - k);
    if (event[drawn[p]!] === 1) left = alive[p] = left - step;
    else alive[p] = left * random.uniform();
  });
  const scores = Float64Array.from(drawn, () => random.normal()).sort();
  const byTime = [...drawn.keys()].sort((a, b) => alive[b]! - alive[a]!);
  const found = new Array<number>(drawn.length);
  byTime.forEach((p, rank) => found[p] = scores[rank]!);
  return found;
}
