import { dot } from "../_math.ts";
import { halveStep } from "./_line_search.ts";
import type { ScoreLikelihood } from "./_partial_likelihood.ts";

/** A penalised fit in terms of standardised covariates. */
export interface StandardisedFit {
  /** [patients, covariates]: mean 0 and standard deviation 1. */
  readonly rows: readonly Float64Array[];
  readonly likelihoodAt: (scores: ArrayLike<number>) => ScoreLikelihood;
  /** Decreasing. */
  readonly penalties: readonly number[];
  /** Largest change of a score in the last step. */
  readonly tolerance: number;
}

const MOST_STEPS = 100;

/**
 * Cox regressions with a ridge, for one penalty after the other; each starts where the last one ended.
 *
 * The coefficients of a ridge are a weighted sum of the patients' rows, `b = X^T a`. So Newton's method looks for as
 * many weights as there are patients, even if there are a thousand covariates. Its equations
 * `(H X X^T / n + penalty) step = gradient / n - penalty a` are solved by conjugate gradients in the inner product
 * `u^T X X^T v`, in which the matrix is symmetric.
 *
 * @returns [penalties, covariates]
 */
export function ridgePath({ rows, likelihoodAt, penalties, tolerance }: StandardisedFit): Float64Array[] {
  const n = rows.length;
  const similarity = similarityTimes(rows);
  let weights: Float64Array = new Float64Array(n);
  let scores: Float64Array = new Float64Array(n);
  return penalties.map((penalty) => {
    let point = likelihoodAt(scores);
    const valueOf = ({ value }: ScoreLikelihood, a: Float64Array, s: Float64Array) =>
      value / n - penalty / 2 * dot(a, s);
    for (let iteration = 0; iteration < MOST_STEPS; iteration++) {
      const { gradient, informationTimes } = point;
      const { step, moved } = conjugateGradients(
        gradient.map((g, i) => g / n - penalty * weights[i]!),
        (v, similar) => informationTimes(similar).map((h, i) => h / n + penalty * v[i]!),
        similarity,
      );
      const before = valueOf(point, weights, scores);
      const go = (share: number) => {
        const a = weights.map((w, i) => w + share * step[i]!);
        const s = scores.map((score, i) => score + share * moved[i]!);
        return { a, s, next: likelihoodAt(s) };
      };
      const { share, tried } = halveStep(go, ({ a, s, next }) => valueOf(next, a, s), before);
      [weights, scores, point] = [tried.a, tried.s, tried.next];
      if (moved.every((change) => Math.abs(share * change) < tolerance)) break;
    }
    const coefficients = new Float64Array(rows[0]!.length);
    rows.forEach((row, i) => row.forEach((x, k) => coefficients[k]! += weights[i]! * x));
    return coefficients;
  });
}

/** Gives `X X^T v`: by that matrix if there are more covariates than patients, and else by X twice. */
function similarityTimes(rows: readonly Float64Array[]): (v: Float64Array) => Float64Array {
  const [n, p] = [rows.length, rows[0]!.length];
  if (2 * p < n) {
    return (v) => {
      const sums = new Float64Array(p);
      rows.forEach((row, i) => row.forEach((x, k) => sums[k]! += v[i]! * x));
      return Float64Array.from(rows, (row) => dot(row, sums));
    };
  }
  const matrix = rows.map(() => new Float64Array(n));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) matrix[i]![j] = matrix[j]![i] = dot(rows[i]!, rows[j]!);
  }
  return (v) => Float64Array.from(matrix, (row) => dot(row, v));
}

/** Solves until the residual is this share of what it was at the start. */
const SOLVED = 1e-4;

/**
 * Conjugate gradients from 0 for a matrix that is symmetric in the inner product of `similarity`.
 *
 * @param times The matrix times a vector, which also gets the vector's product with `similarity`.
 * @returns The solution, and its product with `similarity`.
 */
function conjugateGradients(
  wanted: Float64Array,
  times: (v: Float64Array, similar: Float64Array) => Float64Array,
  similarity: (v: Float64Array) => Float64Array,
): { readonly step: Float64Array; readonly moved: Float64Array } {
  const n = wanted.length;
  const [step, moved, residual] = [new Float64Array(n), new Float64Array(n), Float64Array.from(wanted)];
  let similar = similarity(residual);
  let [direction, along] = [Float64Array.from(residual), Float64Array.from(similar)];
  let length = dot(residual, similar);
  const enough = SOLVED ** 2 * length;
  for (let iteration = 0; iteration < 2 * n && length > enough && length > 0; iteration++) {
    const image = times(direction, along);
    const by = length / dot(image, along);
    // Next to the solution products are too small to be numbers.
    if (!Number.isFinite(by)) break;
    for (let i = 0; i < n; i++) {
      step[i]! += by * direction[i]!;
      moved[i]! += by * along[i]!;
      residual[i]! -= by * image[i]!;
    }
    similar = similarity(residual);
    const next = dot(residual, similar);
    const keep = next / length;
    direction = direction.map((d, i) => residual[i]! + keep * d);
    along = along.map((d, i) => similar[i]! + keep * d);
    length = next;
  }
  return { step, moved };
}
