import { createRandom, quantile } from "@ctsurv/base/mod.ts";
import type { LabelledPatient } from "@ctsurv/features/mod.ts";
import { concordance, concordanceWithinFolds, type CtdVariant } from "@ctsurv/survival/mod.ts";
import { summariseFolds } from "./cross_validate.ts";
import { type FoldOutcome, type OutOfFoldPrediction, toSurvivalPredictions } from "./fold_outcome.ts";

/** What a cross-validation is summed up by, in the three ways that are in use. */
export interface CtdSummaries {
  /** Over the pairs of patients of one fold. */
  readonly withinFolds: number | null;
  /** Mean of the folds' Ctd. */
  readonly meanOfFolds: number | null;
  /** Over all pairs of patients, whichever model predicted them. */
  readonly pooled: number | null;
}

/** Where one of {@linkcode CtdSummaries} lies if outcomes have nothing to do with patients. */
export interface NullScore {
  /** Of the outcomes as they are. */
  readonly observed: number | null;
  /** Mean over the permutations: where chance lies. */
  readonly mean: number | null;
  /** Standard deviation over the permutations, divided by n - 1. */
  readonly std: number | null;
  /** Quantiles over the permutations, by their share. */
  readonly quantiles: Readonly<Record<"0.025" | "0.25" | "0.5" | "0.75" | "0.975", number>> | null;
  /**
   * Share of permutations that score at least as high, with the observed one among them (Phipson & Smyth 2010): the
   * one-sided p-value. Null where nothing was observed.
   */
  readonly p: number | null;
  /** Permutations that had a pair to compare. */
  readonly permutations: number;
}

/** The distribution of Ctd under permuted outcomes, summed up in three ways. */
export type NullDistribution = Readonly<Record<keyof CtdSummaries, NullScore>>;

/**
 * The same patients with their outcomes dealt anew: each gets months and event of another one. Nothing can be learnt
 * about such outcomes, and there are as many deaths as before, at the same times.
 *
 * @example
 * ```ts
 * import { permuteOutcomes } from "@ctsurv/ctsurv/training";
 * import { assertEquals } from "@std/assert";
 *
 * const patients = [3, 9, 24].map((months) => ({ id: `P${months}`, followUp: { months, event: 1 as const } }));
 * const permuted = permuteOutcomes(patients, 1);
 * assertEquals(permuted.map(({ id }) => id), ["P3", "P9", "P24"]);
 * assertEquals(permuted.map(({ followUp }) => followUp.months).toSorted((a, b) => a - b), [3, 9, 24]);
 * ```
 *
 * @param seed Another one gives another permutation.
 */
export function permuteOutcomes<Patient extends LabelledPatient>(
  patients: readonly Patient[],
  seed: number,
): Patient[] {
  const order = createRandom(seed, "permuted outcomes").shuffle([...patients.keys()]);
  return patients.map((patient, i) => ({ ...patient, followUp: patients[order[i]!]!.followUp }));
}

/** Sums up the folds of a cross-validation. */
export function ctdSummaries(folds: readonly FoldOutcome[], variant: CtdVariant = "risk"): CtdSummaries {
  const all: readonly OutOfFoldPrediction[] = folds.flatMap(({ predictions }) => predictions);
  const predictions = toSurvivalPredictions(all);
  return {
    withinFolds: concordanceWithinFolds(predictions, all.map(({ fold }) => fold), { variant }).value,
    meanOfFolds: summariseFolds(folds.flatMap(({ result: { ctd } }) => ctd.value ?? [])).mean,
    pooled: concordance(predictions, { variant }).value,
  };
}

/**
 * Where chance lies, from cross-validations that were repeated with permuted outcomes.
 *
 * @example
 * ```ts
 * import { nullDistribution } from "@ctsurv/ctsurv/training";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const alike = (ctd: number) => ({ withinFolds: ctd, meanOfFolds: ctd, pooled: ctd - .04 });
 * const { withinFolds, pooled } = nullDistribution(alike(.6), [.45, .5, .55, .61].map(alike));
 * assertAlmostEquals(withinFolds.mean!, .5275);
 * assertAlmostEquals(pooled.mean!, .4875);
 * assertEquals(withinFolds.p, 2 / 5); // 0.61 is higher, and the observed one counts
 * ```
 */
export function nullDistribution(observed: CtdSummaries, permuted: readonly CtdSummaries[]): NullDistribution {
  const score = (name: keyof CtdSummaries): NullScore => {
    const values = permuted.flatMap((one) => one[name] ?? []);
    const { mean, stdSample } = summariseFolds(values);
    const own = observed[name];
    const sorted = values.toSorted((a, b) => a - b);
    const at = (share: number) => quantile(sorted, share);
    return {
      observed: own,
      mean,
      std: stdSample,
      quantiles: values.length === 0
        ? null
        : { "0.025": at(0.025), "0.25": at(0.25), "0.5": at(0.5), "0.75": at(0.75), "0.975": at(0.975) },
      p: own === null ? null : (1 + values.filter((value) => value >= own).length) / (1 + values.length),
      permutations: values.length,
    };
  };
  return { withinFolds: score("withinFolds"), meanOfFolds: score("meanOfFolds"), pooled: score("pooled") };
}
