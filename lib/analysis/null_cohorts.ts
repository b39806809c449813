import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import {
  type Concordance,
  concordance,
  type ConcordanceInterval,
  concordanceInterval,
  concordanceWithinFolds,
  concordanceWithinFoldsInterval,
  coxSurvival,
  fitCox,
  foldScores,
  HORIZON_MONTHS,
  type SurvivalPredictions,
} from "@ctsurv/survival/mod.ts";
import { stratifiedFolds } from "@ctsurv/training/mod.ts";

/** Options of {@linkcode nullCohorts}. */
export interface NullCohortOptions {
  /** Patients of a cohort. */
  readonly patients: number;
  /** Number of cohorts. */
  readonly cohorts: number;
  /** Folds of the cross-validation, stratified on death. @default {10} */
  readonly folds?: number;
  /** Covariates of the Cox regression, all noise. @default {5} */
  readonly covariates?: number;
  /** Bootstrap samples of the intervals; 0 leaves them out. @default {1000} */
  readonly replicates?: number;
  /** Seed of everything that is drawn. @default {42} */
  readonly seed?: number;
}

/** Three ways to make one number of a cross-validation, for a model that can know nothing. */
export interface NullCohort {
  /** Ctd over all out-of-fold predictions together. */
  readonly pooled: Pick<Concordance, "value"> & { readonly interval: ConcordanceInterval | null };
  /** Mean of the folds' Ctd. */
  readonly meanOfFolds: number | null;
  /** Ctd over the pairs of patients of the same fold. */
  readonly withinFolds: Pick<Concordance, "value"> & { readonly interval: ConcordanceInterval | null };
}

/** Cohorts without signal, and what was found on all of them. */
export interface NullCohorts {
  /** One by one. */
  readonly cohorts: readonly NullCohort[];
  /** Means over the cohorts. */
  readonly mean: { readonly pooled: number; readonly meanOfFolds: number; readonly withinFolds: number };
  /** Where the 95 % intervals lie; null without intervals. */
  readonly intervals: { readonly pooled: IntervalShares; readonly withinFolds: IntervalShares } | null;
}

/** Shares of the cohorts, which add up to 1. */
export interface IntervalShares {
  /** The interval lies wholly below 0.5: it would say that the model is worse than chance. */
  readonly below: number;
  /** The interval contains 0.5, as it should. */
  readonly covers: number;
  /** The interval lies wholly above 0.5: it would say that the model knows something. */
  readonly above: number;
}

/** The share of patients who are alive at 24 months, as in LUNG1. */
const ALIVE = .4;
/** The share who are lost to follow-up before. */
const LOST = .05;

/**
 * Cross-validates Cox regressions on noise: cohorts in which no covariate has anything to do with survival. It shows
 * where chance lies for each way to make one number of a cross-validation. Survival is exponential, with 40 % alive at
 * 24 months.
 *
 * The pooled Ctd is below 0.5 on average. A fold that holds more early deaths than others is predicted by a model that
 * saw fewer of them and expects everybody to live longer, so across folds the order is the wrong way round. Pairs
 * within a fold were predicted by one model, and have a chance level of 0.5.
 *
 * The models of the folds share most of their patients and err together (Nadeau & Bengio 2003), which the intervals
 * within folds allow for, see `concordanceWithinFoldsInterval`.
 *
 * @example
 * ```ts
 * import { nullCohorts } from "@ctsurv/ctsurv/analysis";
 * import { assert } from "@std/assert";
 *
 * const { mean } = nullCohorts({ patients: 60, cohorts: 20, replicates: 0 });
 * assert(mean.pooled < .47);
 * assert(Math.abs(mean.withinFolds - .5) < .04);
 * ```
 *
 * @throws {InputError} If there are too few patients for the folds, or no cohorts.
 */
export function nullCohorts(
  { patients, cohorts: count, folds = 10, covariates = 5, replicates = 1000, seed = 42 }: NullCohortOptions,
): NullCohorts {
  if (!(Number.isInteger(count) && count > 0)) {
    throw new InputError(`A simulation needs 1 or more cohorts, not ${count}`);
  }
  const cohorts = Array.from({ length: count }, (_, cohort) => {
    const random = createRandom(seed, "null cohort", patients, cohort);
    const months: number[] = [], event: number[] = [];
    for (let i = 0; i < patients; i++) {
      const died = HORIZON_MONTHS * Math.log(1 - random.uniform()) / Math.log(ALIVE);
      const left = random.uniform() < LOST ? HORIZON_MONTHS * random.uniform() : HORIZON_MONTHS;
      months.push(Math.min(died, left));
      event.push(died <= left ? 1 : 0);
    }
    const noise = months.map(() => Array.from({ length: covariates }, () => random.normal()));
    const fold = Array.from(stratifiedFolds(event, { folds, seed: random.integer(0, 2 ** 31) }));
    return scored(crossValidated({ months, event, covariates: noise }, fold), fold, replicates);
  });
  const values = (value: (cohort: NullCohort) => number | null) => cohorts.flatMap((cohort) => value(cohort) ?? []);
  const mean = (of: (cohort: NullCohort) => number | null) => {
    const found = values(of);
    return found.reduce((sum, one) => sum + one, 0) / found.length;
  };
  const shares = (of: "pooled" | "withinFolds"): IntervalShares => {
    const intervals = cohorts.flatMap((cohort) => cohort[of].interval ?? []);
    const below = intervals.filter(({ high }) => high < .5).length / intervals.length;
    const above = intervals.filter(({ low }) => low > .5).length / intervals.length;
    return { below, covers: 1 - below - above, above };
  };
  return {
    cohorts,
    mean: {
      pooled: mean(({ pooled }) => pooled.value),
      meanOfFolds: mean(({ meanOfFolds }) => meanOfFolds),
      withinFolds: mean(({ withinFolds }) => withinFolds.value),
    },
    intervals: replicates === 0 ? null : { pooled: shares("pooled"), withinFolds: shares("withinFolds") },
  };
}

interface Drawn {
  readonly months: readonly number[];
  readonly event: readonly number[];
  readonly covariates: readonly (readonly number[])[];
}

/** Out-of-fold curves of a Cox regression, month by month. */
function crossValidated({ months, event, covariates }: Drawn, fold: readonly number[]): SurvivalPredictions {
  const times = Array.from({ length: HORIZON_MONTHS + 1 }, (_, month) => month);
  const survival: Float64Array[] = [];
  for (const tested of new Set(fold)) {
    const train = [...fold.keys()].filter((i) => fold[i] !== tested);
    const model = fitCox({
      months: train.map((i) => months[i]!),
      event: train.map((i) => event[i]!),
      covariates: train.map((i) => covariates[i]!),
    });
    fold.forEach((own, i) => {
      if (own === tested) survival[i] = coxSurvival(model, covariates[i]!, times);
    });
  }
  return { times, survival, months, event };
}

function scored(predictions: SurvivalPredictions, fold: readonly number[], replicates: number): NullCohort {
  const intervals = replicates > 0;
  return {
    pooled: {
      value: concordance(predictions).value,
      interval: intervals ? concordanceInterval(predictions, { replicates }) : null,
    },
    meanOfFolds: foldScores(predictions, fold.map(String)).summary?.mean ?? null,
    withinFolds: {
      value: concordanceWithinFolds(predictions, fold).value,
      interval: intervals ? concordanceWithinFoldsInterval(predictions, fold, { replicates }) : null,
    },
  };
}
