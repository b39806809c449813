import { chiSquareTail } from "../_math.ts";
import type { CoxModel } from "./cox.ts";

/** The likelihood-ratio test of a model against the model without covariates. */
export interface LikelihoodRatio {
  /** Twice the difference of the log likelihoods. */
  readonly statistic: number;
  /** The number of covariates. */
  readonly degreesOfFreedom: number;
  /** P of a chi-square distribution above the statistic. */
  readonly p: number;
}

/**
 * Tests whether all coefficients of Cox's model are 0, by the likelihood ratio. It holds for a fit without a penalty:
 * under a ridge the statistic is not chi-square with as many degrees of freedom as there are covariates.
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
 */
export function likelihoodRatio(
  { coefficients, logLikelihood, nullLogLikelihood }: Pick<
    CoxModel,
    "coefficients" | "logLikelihood" | "nullLogLikelihood"
  >,
): LikelihoodRatio {
  const statistic = Math.max(2 * (logLikelihood - nullLogLikelihood), 0);
  return { statistic, degreesOfFreedom: coefficients.length, p: chiSquareTail(statistic, coefficients.length) };
}
