import { InputError } from "@ctsurv/base/mod.ts";
import { dot } from "../_math.ts";
import { checkOutcomes, type Outcomes } from "../follow_up/predictions.ts";
import { breslowHazard } from "./_breslow.ts";
import { elasticNetPath } from "./_elastic_net_path.ts";
import { scoreLikelihood } from "./_partial_likelihood.ts";
import { ridgePath, type StandardisedFit } from "./_ridge_path.ts";
import type { CoxModel, CoxPatients } from "./cox.ts";

/** How coefficients are kept small. */
export interface PenaltyOptions {
  /**
   * Share of the penalty that is on the sum of absolute values: 0 is a ridge, 1 the lasso, what lies between an elastic
   * net. glmnet calls it alpha. @default {0}
   */
  readonly l1Ratio?: number;
}

/** Options of {@linkcode penalisedCoxPath}. */
export interface PenalisedCoxPathOptions extends PenaltyOptions {
  /** Penalties, from the largest to the smallest. @default {those of `penaltyGrid`} */
  readonly penalties?: readonly number[];
  /** Newton's method ends when nothing changes by more, in standard deviations. @default {1e-9} */
  readonly tolerance?: number;
}

/** Options of {@linkcode fitPenalisedCox}. */
export interface PenalisedCoxOptions extends PenaltyOptions {
  /** What the penalty is multiplied with, 0 or more; with as many covariates as patients above 0. */
  readonly penalty: number;
}

/** Cox's model whose coefficients are penalised: it has no standard errors. `coxSurvival` gives its curves. */
export interface PenalisedCox extends Pick<CoxModel, "coefficients" | "centre" | "baseline"> {
  /** The penalty of the fit. */
  readonly penalty: number;
  /** Its share on the sum of absolute values. */
  readonly l1Ratio: number;
}

/** Penalties of {@linkcode penaltyGrid}, and the smallest of them as a share of the largest. */
const [COUNT, RIDGE_RANGE, RANGE, MANY_COVARIATES_RANGE] = [30, 1e-4, 1e-3, .05];

/** For the largest penalty a ridge counts as a lasso of this share, as in glmnet. */
const LEAST_SHARE = 1e-3;

/**
 * Penalties to choose from, laid out as by glmnet. The largest is the smallest that leaves all coefficients 0, and the
 * others go down evenly on the scale of logarithms: an elastic net's to a thousandth of it, or to a twentieth if there
 * are at least as many covariates as patients, because it would fit those patients nearly perfectly there. A ridge makes
 * no coefficient 0. Its largest penalty is that of an elastic net with an `l1Ratio` of 0.001, and its smallest a
 * ten-thousandth of it. {@linkcode penalisedCoxPath} has an example.
 *
 * @returns Decreasing.
 */
export function penaltyGrid(patients: CoxPatients, { l1Ratio = 0 }: PenaltyOptions = {}): number[] {
  const { rows, likelihoodAt } = standardised(patients);
  const { gradient } = likelihoodAt(new Float64Array(rows.length));
  const slopes = new Float64Array(rows[0]!.length);
  rows.forEach((row, i) => row.forEach((x, k) => slopes[k]! += gradient[i]! * x));
  const steepest = slopes.reduce((most, slope) => Math.max(most, Math.abs(slope)), 0) / rows.length;
  const largest = steepest / Math.max(l1Ratio, LEAST_SHARE);
  const range = l1Ratio === 0 ? RIDGE_RANGE : slopes.length < rows.length ? RANGE : MANY_COVARIATES_RANGE;
  return Array.from({ length: COUNT }, (_, k) => largest * range ** (k / (COUNT - 1)));
}

/**
 * Cox regressions under one penalty after the other. For each, the coefficients maximise
 *
 *     log partial likelihood / n - penalty (l1Ratio |b| + (1 - l1Ratio) / 2 b^2)
 *
 * with Breslow's ties, as glmnet (Simon et al. 2011) and scikit-survival's `CoxnetSurvivalAnalysis` do; b are the
 * coefficients of covariates that were divided by their standard deviation (with divisor n). There may be more
 * covariates than patients. A covariate that is constant gets the coefficient 0.
 *
 * @example
 * ```ts
 * import { penalisedCoxPath, penaltyGrid } from "@ctsurv/ctsurv/survival";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const patients = {
 *   covariates: [[0, 2], [0, 1], [0, 3], [1, 3], [1, 1], [1, 2]],
 *   months: [6, 12, 24, 3, 6, 18],
 *   event: [1, 1, 0, 1, 1, 1],
 * };
 * const penalties = penaltyGrid(patients, { l1Ratio: 1 });
 * const [none, some] = penalisedCoxPath(patients, { l1Ratio: 1, penalties: [penalties[0]!, penalties[1]!] });
 * assertEquals(Array.from(none!), [0, 0]);
 * assertAlmostEquals(some![0]!, .1514, 1e-4);
 * assertEquals(some![1]!, 0); // the lasso leaves it out
 * ```
 *
 * @returns [penalties][covariates]: logarithms of the hazard ratios per unit of the covariates.
 * @throws {InputError} If nobody died, a covariate is not finite, the patients' numbers of covariates differ, or a
 *   penalty or `l1Ratio` is out of range.
 */
export function penalisedCoxPath(
  patients: CoxPatients,
  { l1Ratio = 0, penalties = penaltyGrid(patients, { l1Ratio }), tolerance = 1e-9 }: PenalisedCoxPathOptions = {},
): Float64Array[] {
  if (!(l1Ratio >= 0 && l1Ratio <= 1)) throw new InputError(`l1Ratio is a number from 0 to 1, not ${l1Ratio}`);
  const { deviations, ...data } = standardised(patients);
  const least = data.rows[0]!.length < data.rows.length ? 0 : Number.MIN_VALUE;
  const wrong = penalties.find((penalty) => !(penalty >= least && penalty < Infinity));
  if (wrong !== undefined) {
    throw new InputError(
      least === 0
        ? `A penalty is a number of 0 or more, not ${wrong}`
        : `With ${data.rows[0]!.length} covariates of ${data.rows.length} patients a penalty is above 0, not ${wrong}`,
    );
  }
  const fit = { ...data, penalties, tolerance };
  const path = l1Ratio > 0 ? elasticNetPath({ ...fit, l1Ratio }) : ridgePath(fit);
  return path.map((coefficients) => coefficients.map((b, k) => deviations[k]! > 0 ? b / deviations[k]! : 0));
}

/** Fits on the way from the largest penalty to the one that is asked for. */
const STEPS = 10;

/**
 * Cox's model under one penalty; see {@linkcode penalisedCoxPath} for what is maximised.
 *
 * @example
 * ```ts
 * import { coxSurvival, fitPenalisedCox } from "@ctsurv/ctsurv/survival";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const model = fitPenalisedCox({
 *   covariates: [[0, 2], [0, 1], [0, 3], [1, 3], [1, 1], [1, 2]],
 *   months: [6, 12, 24, 3, 6, 18],
 *   event: [1, 1, 0, 1, 1, 1],
 * }, { penalty: .1 });
 * assertAlmostEquals(model.coefficients[0]!, .5441, 1e-4);
 * assertAlmostEquals(coxSurvival(model, [1, 2], [12])[0]!, .3201, 1e-4);
 * ```
 *
 * @throws {InputError} As {@linkcode penalisedCoxPath} does.
 */
export function fitPenalisedCox(
  patients: CoxPatients,
  { penalty, l1Ratio = 0 }: PenalisedCoxOptions,
): PenalisedCox {
  const [largest] = penaltyGrid(patients, { l1Ratio });
  // An elastic net far below the largest penalty would begin with nearly all covariates at once.
  const steps = l1Ratio > 0 && penalty > 0 && penalty < largest! ? STEPS : 0;
  const way = Array.from({ length: steps }, (_, k) => largest! * (penalty / largest!) ** ((k + 1) / (steps + 1)));
  const coefficients = penalisedCoxPath(patients, { l1Ratio, penalties: [...way, penalty] }).at(-1)!;
  const { covariates } = patients;
  const centre = coefficients.map((_, k) => covariates.reduce((sum, row) => sum + row[k]!, 0) / covariates.length);
  const centred = covariates.map((row) => centre.map((mean, k) => row[k]! - mean));
  return { coefficients, centre, baseline: breslowHazard(centred, patients, coefficients), penalty, l1Ratio };
}

/**
 * Cox's log partial likelihood of given scores, with Breslow's ties. Verweij and van Houwelingen (1993) cross-validate
 * with it: the likelihood of all patients less that of those whom the model was fitted to.
 *
 * @example
 * ```ts
 * import { coxLogLikelihood } from "@ctsurv/ctsurv/survival";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * // The first death met three patients at risk, the second two.
 * const value = coxLogLikelihood({ months: [3, 6, 24], event: [1, 1, 0] }, [0, 0, 0]);
 * assertAlmostEquals(value, -Math.log(3) - Math.log(2));
 * ```
 *
 * @param scores [patients]: logarithms of the relative hazards.
 */
export function coxLogLikelihood(outcomes: Outcomes, scores: ArrayLike<number>): number {
  return scoreLikelihood(checkOutcomes(outcomes))(scores).value;
}

function standardised(patients: CoxPatients): Pick<StandardisedFit, "rows" | "likelihoodAt"> & {
  /** [covariates]: 0 for one that is constant. */
  readonly deviations: Float64Array;
} {
  const { months, event, covariates } = patients;
  const likelihoodAt = scoreLikelihood(checkOutcomes({ months, event }));
  const [n, p] = [covariates.length, covariates[0]?.length ?? 0];
  if (n !== months.length || p === 0) {
    throw new InputError(`There are ${p} covariates of ${n} patients, and months of ${months.length} patients`);
  }
  if (!Array.from(event).includes(1)) throw new InputError(`Cox regression needs deaths; none of ${n} died`);
  covariates.forEach((row, i) => {
    const wrong = row.length === p ? Array.from(row).findIndex((x) => !Number.isFinite(x)) : -1;
    if (row.length === p && wrong === -1) return;
    throw new InputError(
      `Patient ${i + 1} of ${n}: ` +
        (wrong === -1 ? `${row.length} covariates, not ${p}` : `covariate ${wrong + 1} is ${row[wrong]}`),
    );
  });
  const columns = Array.from({ length: p }, (_, k) => {
    const mean = covariates.reduce((sum, row) => sum + row[k]!, 0) / n;
    const centred = Float64Array.from(covariates, (row) => row[k]! - mean);
    const deviation = Math.sqrt(dot(centred, centred) / n);
    // The mean of equal numbers is rounded, so that they can differ from it.
    return deviation > 1e-12 * Math.abs(mean)
      ? { deviation, values: centred.map((x) => x / deviation) }
      : { deviation: 0, values: new Float64Array(n) };
  });
  return {
    rows: Array.from({ length: n }, (_, i) => Float64Array.from(columns, ({ values }) => values[i]!)),
    likelihoodAt,
    deviations: Float64Array.from(columns, ({ deviation }) => deviation),
  };
}
