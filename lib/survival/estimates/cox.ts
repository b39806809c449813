import { InputError } from "@ctsurv/base/mod.ts";
import { cholesky, NORMAL_95, solveCholesky } from "../_math.ts";
import { checkOutcomes, type Outcomes } from "../follow_up/predictions.ts";
import { type BaselineHazard, breslowHazard } from "./_breslow.ts";
import { collinearity, separation } from "./_cox_failure.ts";
import { type CoxLikelihood, stratifiedLikelihood } from "./_cox_likelihood.ts";

export type { BaselineHazard };

/** A proportional-hazards model: the hazard of a patient is `h0(t) exp((x - centre) . coefficients)`. */
export interface CoxModel {
  /** [covariates]: logarithms of the hazard ratios. */
  readonly coefficients: Float64Array;
  /** [covariates]: from the inverse of the information, with the ridge. */
  readonly standardErrors: Float64Array;
  /** [covariates]: their means. */
  readonly centre: Float64Array;
  /** Cumulative hazard H0 of a patient whose covariates are the means. */
  readonly baseline: BaselineHazard;
  /** Log partial likelihood of the model, without the ridge. */
  readonly logLikelihood: number;
  /** The same with all coefficients 0. */
  readonly nullLogLikelihood: number;
}

/** Patients to whom a model is fitted. */
export interface CoxPatients extends Outcomes {
  /** [patients, covariates] */
  readonly covariates: readonly ArrayLike<number>[];
}

/** Options of {@linkcode fitCox}. */
export interface CoxOptions {
  /** The penalty `ridge / 2 * |coefficients|^2` is subtracted from the log likelihood. @default {0} */
  readonly ridge?: number;
  /** How messages name the covariates. @default {their numbers, from 1} */
  readonly names?: readonly string[];
  /** How messages name a ridge, which may help. @default {"a ridge"} */
  readonly ridgeName?: string;
  /**
   * [patients]: the stratum of each. Patients are then compared within their stratum only, such as those whom the same
   * model predicted. The coefficients and likelihoods are stratified, the baseline is that of all patients together.
   * @default {all are one stratum}
   */
  readonly strata?: ArrayLike<number>;
}

/** Newton's method needs about five iterations; on a likelihood without a maximum it never ends. */
const MOST_ITERATIONS = 25;

/**
 * Fits Cox's proportional hazards (Cox 1972), `h(t) = h0(t) exp(x . coefficients)`, by Newton-Raphson with Efron's ties
 * and a Breslow baseline.
 *
 * @example
 * ```ts
 * import { coxSurvival, fitCox, hazardRatios } from "@ctsurv/ctsurv/survival";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const covariates = [[0], [0], [0], [1], [1], [1]]; // 1 for stage III
 * const model = fitCox({ covariates, months: [6, 12, 24, 3, 6, 18], event: [1, 0, 0, 1, 1, 1] });
 * assertAlmostEquals(model.coefficients[0]!, 1.3411, 1e-4);
 * assertAlmostEquals(hazardRatios(model)[0]!.ratio, 3.8234, 1e-4); // exp(1.3411)
 * assertAlmostEquals(coxSurvival(model, [1], [12])[0]!, .3744, 1e-4); // a patient of stage III at 12 months
 * ```
 *
 * @throws {InputError} If nobody died, a covariate is not finite, covariates depend on one another, or the likelihood
 *   has no maximum (covariates separate those who died from the others, or there are too few deaths). The message names
 *   the covariates and the cause; a ridge helps with the last two.
 */
export function fitCox(
  patients: CoxPatients,
  { ridge = 0, names, ridgeName = "a ridge", strata }: CoxOptions = {},
): CoxModel {
  const { months, event } = checkOutcomes(patients);
  const rows = checkedCovariates(patients);
  if (!Array.from(event).includes(1)) throw new InputError(`Cox regression needs deaths; none of ${rows.length} died`);
  if (!(ridge >= 0 && ridge < Infinity)) throw new InputError(`A ridge is a number of 0 or more, not ${ridge}`);
  const p = rows[0]!.length;
  const centre = Float64Array.from({ length: p }, (_, k) => rows.reduce((sum, row) => sum + row[k]!, 0) / rows.length);
  const covariates = rows.map((row) => row.map((x, k) => x - centre[k]!));
  const spread = centre.map((_, k) => Math.sqrt(covariates.reduce((sum, row) => sum + row[k]! ** 2, 0) / rows.length));
  const facts = {
    covariates: rows,
    months,
    event,
    spread,
    nameOf: (k: number) => names?.[k] ?? `covariate ${k + 1}`,
    ridgeName,
  };

  const at = (coefficients: Float64Array) =>
    penalised(stratifiedLikelihood(covariates, { months, event }, coefficients, strata), coefficients, ridge);
  let coefficients: Float64Array = new Float64Array(p);
  let point = at(coefficients);
  const nullLogLikelihood = point.likelihood;
  let step: Float64Array = new Float64Array(p);
  for (let iteration = 1; iteration <= MOST_ITERATIONS; iteration++) {
    const factor = cholesky(point.information);
    if ("dependent" in factor && iteration === 1) throw collinearity(point.information, factor.dependent, facts);
    // Further on, coefficients that grow without limit make the information vanish.
    if ("dependent" in factor) break;
    step = solveCholesky(factor.factor, point.gradient);
    let next = coefficients.map((b, k) => b + step[k]!);
    let nextPoint = at(next);
    // Far from the maximum a whole step can overshoot.
    for (let half = 0; half < 30 && !(nextPoint.value >= point.value - 1e-9 * Math.abs(point.value)); half++) {
      next = next.map((b, k) => (b + coefficients[k]!) / 2);
      nextPoint = at(next);
    }
    [coefficients, point] = [next, nextPoint];
    if (!step.every((change, k) => Math.abs(change) * spread[k]! < 1e-9)) continue;
    const last = cholesky(point.information);
    if ("dependent" in last) break;
    return {
      coefficients,
      standardErrors: coefficients.map((_, k) => Math.sqrt(solveCholesky(last.factor, unit(p, k))[k]!)),
      centre,
      baseline: breslowHazard(covariates, { months, event }, coefficients),
      logLikelihood: point.likelihood,
      nullLogLikelihood,
    };
  }
  throw separation(step, facts);
}

interface Point {
  readonly value: number;
  readonly likelihood: number;
  readonly gradient: Float64Array;
  readonly information: readonly Float64Array[];
}

function penalised({ value, gradient, information }: CoxLikelihood, coefficients: Float64Array, ridge: number): Point {
  return {
    value: value - ridge / 2 * coefficients.reduce((sum, b) => sum + b * b, 0),
    likelihood: value,
    gradient: gradient.map((g, k) => g - ridge * coefficients[k]!),
    information: information.map((row, k) => row.map((x, m) => k === m ? x + ridge : x)),
  };
}

function checkedCovariates({ covariates, months }: CoxPatients): Float64Array[] {
  if (covariates.length !== months.length || covariates.length === 0) {
    throw new InputError(`There are covariates of ${covariates.length} patients and months of ${months.length}`);
  }
  return covariates.map((row, i) => {
    const numbers = Float64Array.from(row);
    if (numbers.length !== covariates[0]!.length || !numbers.every(Number.isFinite)) {
      throw new InputError(
        `Patient ${i + 1} of ${covariates.length}: expected ${covariates[0]!.length} finite covariates, got ${
          numbers.join(", ")
        }`,
      );
    }
    return numbers;
  });
}

function unit(length: number, at: number): Float64Array {
  return Float64Array.from({ length }, (_, k) => Number(k === at));
}

/**
 * A patient's survival curve, `S(t) = exp(-H0(t) exp((x - centre) . coefficients))`. After the last death among the
 * patients of the fit it stays constant. {@linkcode fitCox} has an example.
 *
 * @param covariates In the order of the fit.
 * @param times Months.
 * @returns [times]: the probability of outliving each of them.
 */
export function coxSurvival(
  { coefficients, centre, baseline }: Pick<CoxModel, "coefficients" | "centre" | "baseline">,
  covariates: ArrayLike<number>,
  times: readonly number[],
): Float64Array {
  const score = coefficients.reduce((sum, b, k) => sum + b * (covariates[k]! - centre[k]!), 0);
  return Float64Array.from(times, (time) => {
    const passed = baseline.months.findLastIndex((month) => month <= time);
    // An enormous score has a hazard of infinity, but not before the first death.
    return passed === -1 ? 1 : Math.exp(-baseline.cumulative[passed]! * Math.exp(score));
  });
}

/** The factor by which one unit of a covariate multiplies the hazard, with its 95 % interval (Wald). */
export interface HazardRatio {
  /** `exp(b)` */
  readonly ratio: number;
  /** `exp(b - 1.96 standard errors)` */
  readonly low: number;
  /** `exp(b + 1.96 standard errors)` */
  readonly high: number;
}

/** The hazard ratio of each covariate with its interval. {@linkcode fitCox} has an example. */
export function hazardRatios({ coefficients, standardErrors }: CoxModel): HazardRatio[] {
  return Array.from(coefficients, (b, k) => ({
    ratio: Math.exp(b),
    low: Math.exp(b - NORMAL_95 * standardErrors[k]!),
    high: Math.exp(b + NORMAL_95 * standardErrors[k]!),
  }));
}
