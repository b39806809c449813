import { InputError } from "@ctsurv/common/mod.ts";
import { type BaselineHazard, breslowHazard } from "./breslow_hazard.ts";
import { cholesky, solveCholesky } from "./cholesky.ts";
import { type CoxLikelihood, coxLikelihood } from "./cox_likelihood.ts";
import { checkOutcomes, type Outcomes } from "./outcomes.ts";

/** A proportional-hazards model: the hazard of a patient is `h0(t) exp((x - centre) . coefficients)`. */
export interface CoxModel {
  /** Logarithms of the hazard ratios, one for each covariate. */
  readonly coefficients: Float64Array;
  /** From the inverse of the information, a ridge included. */
  readonly standardErrors: Float64Array;
  /** Means of the covariates, to which the baseline belongs. */
  readonly centre: Float64Array;
  readonly baseline: BaselineHazard;
  /** Log partial likelihood, without the ridge, of the model and of coefficients of 0. */
  readonly logLikelihood: number;
  readonly nullLogLikelihood: number;
}

/** Patients to fit a model to. */
export interface CoxPatients extends Outcomes {
  /** [patients, covariates] */
  readonly covariates: readonly ArrayLike<number>[];
}

/** Options of {@linkcode fitCox}. */
export interface CoxOptions {
  /** Half of this times the sum of the squared coefficients is subtracted from the log likelihood. @default {0} */
  readonly ridge?: number;
  /** How messages name the covariates. @default {their numbers, from 1} */
  readonly names?: readonly string[];
}

/** Newton's method needs about five; one of a likelihood without a maximum never ends. */
const mostIterations = 25;

/**
 * Cox's proportional hazards (Cox 1972) by Newton-Raphson with Efron's ties and a Breslow baseline.
 *
 * @throws {InputError} If nobody died, a covariate is not finite, covariates depend on one another, or the likelihood has
 *   no maximum (a covariate that separates those who died from all others); a ridge helps with the last two.
 */
export function fitCox(patients: CoxPatients, { ridge = 0, names }: CoxOptions = {}): CoxModel {
  const { months, event } = checkOutcomes(patients);
  const rows = checkedCovariates(patients);
  if (!Array.from(event).includes(1)) throw new InputError(`Cox regression needs deaths; none of ${rows.length} died`);
  if (!(ridge >= 0 && ridge < Infinity)) throw new InputError(`A ridge is a number from 0, not ${ridge}`);
  const p = rows[0]!.length;
  const centre = Float64Array.from({ length: p }, (_, k) => rows.reduce((sum, row) => sum + row[k]!, 0) / rows.length);
  const covariates = rows.map((row) => row.map((x, k) => x - centre[k]!));
  const spread = centre.map((_, k) => Math.sqrt(covariates.reduce((sum, row) => sum + row[k]! ** 2, 0) / rows.length));
  const nameOf = (k: number) => names?.[k] ?? `covariate ${k + 1}`;

  const at = (coefficients: Float64Array) =>
    penalised(coxLikelihood(covariates, { months, event }, coefficients), coefficients, ridge);
  let coefficients: Float64Array = new Float64Array(p);
  let point = at(coefficients);
  const nullLogLikelihood = point.likelihood;
  for (let iteration = 1; iteration <= mostIterations; iteration++) {
    const factor = factorOf(point, nameOf);
    const step = solveCholesky(factor, point.gradient);
    let next = coefficients.map((b, k) => b + step[k]!);
    let nextPoint = at(next);
    // Far from the maximum a whole step can overshoot.
    for (let half = 0; half < 30 && !(nextPoint.value >= point.value - 1e-9 * Math.abs(point.value)); half++) {
      next = next.map((b, k) => (b + coefficients[k]!) / 2);
      nextPoint = at(next);
    }
    [coefficients, point] = [next, nextPoint];
    if (!step.every((change, k) => Math.abs(change) * spread[k]! < 1e-9)) continue;
    const last = factorOf(point, nameOf);
    return {
      coefficients,
      standardErrors: coefficients.map((_, k) => Math.sqrt(solveCholesky(last, unit(p, k))[k]!)),
      centre,
      baseline: breslowHazard(covariates, { months, event }, coefficients),
      logLikelihood: point.likelihood,
      nullLogLikelihood,
    };
  }
  const sizes = coefficients.map((b, k) => Math.abs(b) * spread[k]!);
  throw new InputError(
    `Cox regression does not settle: the coefficient of ${
      nameOf(sizes.indexOf(Math.max(...sizes)))
    } grows without end, ` +
      `because it separates patients who died from the others. Leave it out, or give a ridge`,
  );
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

function factorOf({ information }: Point, nameOf: (k: number) => string): Float64Array[] {
  const result = cholesky(information);
  if ("factor" in result) return result.factor;
  throw new InputError(
    `Cox regression cannot tell the effect of ${nameOf(result.dependent)} from that of the other covariates: it is ` +
      `constant, or follows from them. Leave it out, or give a ridge`,
  );
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
