import { InputError } from "@ctsurv/base/mod.ts";
import { coxLogLikelihood, type CoxPatients, penalisedCoxPath, penaltyGrid } from "@ctsurv/survival/mod.ts";
import { stratifiedFolds } from "../cross_validation/folds.ts";
import { rangeOf, within } from "./_range.ts";

/** Options of {@linkcode choosePenalty}. */
export interface ChoosePenaltyOptions {
  /** 0 is a ridge, 1 the lasso, what lies between an elastic net. @default {0} */
  readonly l1Ratio?: number;
  /** Inner folds. @default {5} */
  readonly innerFolds?: number;
  /** Seed of the inner folds. @default {42} */
  readonly seed?: number;
}

/** A penalty, and how the others did. */
export interface ChosenPenalty {
  /** The best one. */
  readonly penalty: number;
  /** Decreasing. */
  readonly penalties: readonly number[];
  /** [penalties]: the cross-validated log partial likelihood, summed over the inner folds. */
  readonly likelihoods: readonly number[];
}

/** Differences by which one penalty counts as better than a larger one: less is rounding. */
const SAME = 1e-9;
/** Coefficients of the inner folds need no more digits to be compared. */
const INNER_TOLERANCE = 1e-4;

/**
 * Chooses the penalty of a Cox regression among patients who train a model, by an inner cross-validation that is
 * stratified on death. A penalty is as good as the likelihood that it gives to those who were left out (Verweij and van
 * Houwelingen 1993): that of all patients under the coefficients of an inner fold, less that of the patients whom these
 * were fitted to. glmnet does the same. Numbers of those who were left out count as the nearest among the others, if they
 * lie beyond them.
 *
 * @example
 * ```ts
 * import { choosePenalty } from "@ctsurv/ctsurv/training";
 * import { assert } from "@std/assert";
 *
 * const [months, events] = [Array.from({ length: 60 }, (_, i) => 1 + (i * 37) % 60), Array.from({ length: 60 }, () => 1)];
 * const informative = months.map((t) => [-t]);
 * const random = months.map((_, i) => [Math.sin(1 + 7 * i)]);
 * const strong = choosePenalty({ covariates: random, months, event: events });
 * const weak = choosePenalty({ covariates: informative, months, event: events });
 * assert(strong.penalty === strong.penalties[0]); // there is nothing to learn
 * assert(weak.penalty === weak.penalties.at(-1));
 * ```
 *
 * @throws {InputError} If fewer than two patients died, so that an inner fold could have nobody to learn from.
 */
export function choosePenalty(
  patients: CoxPatients,
  { l1Ratio = 0, innerFolds = 5, seed = 42 }: ChoosePenaltyOptions = {},
): ChosenPenalty {
  const event = Array.from(patients.event);
  const deaths = event.filter((one) => one === 1).length;
  if (deaths < 2) {
    throw new InputError(`A penalty is chosen by inner folds, which needs at least 2 deaths; there are ${deaths}`);
  }
  const penalties = penaltyGrid(patients, { l1Ratio });
  const folds = Math.min(innerFolds, event.length);
  const assignment = stratifiedFolds(event as (0 | 1)[], { folds, seed });
  const likelihoods = penalties.map(() => 0);
  for (let fold = 0; fold < folds; fold++) {
    const inner = [...event.keys()].filter((i) => assignment[i] !== fold);
    const training = take(patients, inner);
    const range = rangeOf(training.covariates);
    const rows = patients.covariates.map((row) => within(range, row));
    penalisedCoxPath(training, { l1Ratio, penalties, tolerance: INNER_TOLERANCE }).forEach((coefficients, k) => {
      const scores = Float64Array.from(rows, (row) => sumOfProducts(row, coefficients));
      likelihoods[k]! += coxLogLikelihood(patients, scores) - coxLogLikelihood(training, inner.map((i) => scores[i]!));
    });
  }
  let best = 0;
  likelihoods.forEach((likelihood, k) => best = likelihood > likelihoods[best]! + SAME ? k : best);
  return { penalty: penalties[best]!, penalties, likelihoods };
}

function take({ covariates, months, event }: CoxPatients, indices: readonly number[]): CoxPatients {
  return {
    covariates: indices.map((i) => covariates[i]!),
    months: indices.map((i) => months[i]!),
    event: indices.map((i) => event[i]!),
  };
}

function sumOfProducts(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}
