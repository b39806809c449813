import { chiSquareTail } from "../_math.ts";
import type { CoxModel } from "./cox.ts";

/** The likelihood-ratio test of a model against a smaller one, such as that without covariates. */
export interface LikelihoodRatio {
  /** Twice the difference of the log likelihoods. */
  readonly statistic: number;
  /** The number of covariates that the smaller model lacks. */
  readonly degreesOfFreedom: number;
  /** P of a chi-square distribution above the statistic. */
  readonly p: number;
}

/**
 * Tests whether all coefficients of Cox's model are 0, or those that a smaller model lacks, by the likelihood ratio. It
 * holds for fits without a penalty: under a ridge the statistic is not chi-square with as many degrees of freedom as there
 * are covariates.
 *
 * @example
 * ```ts
 * import { fitCox, likelihoodRatio } from "@ctsurv/ctsurv/survival";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const covariates = [[0], [0], [0], [1], [1], [1]];
 * const model = fitCox({ covariates, months: [6, 12, 24, 3, 6, 18], event: [1, 0, 0, 1, 1, 1] });
 * const { statistic, degreesOfFreedom, p } = likelihoodRatio(model);
 * assertEquals(degreesOfFreedom, 1);
 * assertAlmostEquals(statistic, 1.5696, 1e-4);
 * assertAlmostEquals(p, .2103, 1e-4);
 * ```
 *
 * @param smaller A model of some of the covariates, fitted to the same patients. @default {the model without covariates}
 */
export function likelihoodRatio(
  { coefficients, logLikelihood, nullLogLikelihood }: Pick<
    CoxModel,
    "coefficients" | "logLikelihood" | "nullLogLikelihood"
  >,
  smaller: Pick<CoxModel, "coefficients" | "logLikelihood"> = {
    coefficients: new Float64Array(),
    logLikelihood: nullLogLikelihood,
  },
): LikelihoodRatio {
  const statistic = Math.max(2 * (logLikelihood - smaller.logLikelihood), 0);
  const degreesOfFreedom = coefficients.length - smaller.coefficients.length;
  return { statistic, degreesOfFreedom, p: chiSquareTail(statistic, degreesOfFreedom) };
}
