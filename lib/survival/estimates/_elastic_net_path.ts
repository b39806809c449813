import { dot } from "../_math.ts";
import { halveStep } from "./_line_search.ts";
import type { ScoreLikelihood } from "./_partial_likelihood.ts";
import type { StandardisedFit } from "./_ridge_path.ts";

/** What an elastic net needs in addition to a ridge. */
export interface ElasticNetFit extends StandardisedFit {
  /** Share of the penalty on the sum of absolute values, above 0 and at most 1. */
  readonly l1Ratio: number;
}

const [MOST_STEPS, MOST_SWEEPS] = [200, 10_000];

/** Coordinate descent ends when nothing changes by more than this share of the step: the next expansion mends the rest. */
const SOLVED = 1e-4;

/**
 * Cox regressions with an elastic net, for one penalty after the other; each starts where the last one ended.
 *
 * Proximal Newton: the likelihood is replaced by its second-order expansion in the coefficients that are not 0, or whose
 * derivative says that they should not be. Coordinate descent with soft thresholds (Friedman et al. 2007) finds the
 * maximum of that, and a line search on the likelihood itself goes there.
 *
 * @returns [penalties, covariates]
 */
export function elasticNetPath(
  { rows, likelihoodAt, penalties, tolerance, l1Ratio }: ElasticNetFit,
): Float64Array[] {
  const [n, p] = [rows.length, rows[0]!.length];
  const columns = Array.from({ length: p }, (_, k) => Float64Array.from(rows, (row) => row[k]!));
  const coefficients = new Float64Array(p);
  let scores: Float64Array = new Float64Array(n);
  let point = likelihoodAt(scores);
  return penalties.map((penalty) => {
    const [l1, l2] = [penalty * l1Ratio, penalty * (1 - l1Ratio)];
    const valueOf = ({ value }: ScoreLikelihood, b: ArrayLike<number>) => {
      let cost = 0;
      for (let k = 0; k < b.length; k++) cost += l1 * Math.abs(b[k]!) + l2 / 2 * b[k]! ** 2;
      return value / n - cost;
    };
    for (let iteration = 0; iteration < MOST_STEPS; iteration++) {
      const slopes = columns.map((column) => dot(column, point.gradient) / n);
      // Rounding must not add a covariate whose slope is the threshold.
      const active = [...coefficients.keys()].filter((k) =>
        coefficients[k] !== 0 || Math.abs(slopes[k]!) > l1 * (1 + 1e-12)
      );
      if (active.length === 0) break;
      const step = expansionMaximum(active, { columns, point, slopes, coefficients, l1, l2 });
      const moved = new Float64Array(n);
      active.forEach((k, a) => columns[k]!.forEach((x, i) => moved[i]! += step[a]! * x));
      const before = valueOf(point, active.map((k) => coefficients[k]!));
      const go = (share: number) => {
        const b = active.map((k, a) => coefficients[k]! + share * step[a]!);
        const s = scores.map((score, i) => score + share * moved[i]!);
        return { b, s, next: likelihoodAt(s) };
      };
      const { share, tried } = halveStep(go, ({ b, next }) => valueOf(next, b), before);
      active.forEach((k, a) => coefficients[k] = tried.b[a]!);
      [scores, point] = [tried.s, tried.next];
      if (step.every((change) => Math.abs(share * change) < tolerance)) break;
    }
    return Float64Array.from(coefficients);
  });
}

interface Expansion {
  readonly columns: readonly Float64Array[];
  readonly point: ScoreLikelihood;
  /** [covariates]: derivative of the likelihood of one patient. */
  readonly slopes: readonly number[];
  readonly coefficients: Float64Array;
  readonly l1: number;
  readonly l2: number;
}

/** The step to the maximum of the penalised second-order expansion, [active]. */
function expansionMaximum(
  active: readonly number[],
  { columns, point, slopes, coefficients, l1, l2 }: Expansion,
): Float64Array {
  const n = columns[0]!.length;
  const curvature = active.map(() => new Float64Array(active.length));
  active.forEach((k, a) => {
    const image = point.informationTimes(columns[k]!);
    for (let b = 0; b <= a; b++) {
      curvature[a]![b] = curvature[b]![a] = dot(image, columns[active[b]!]!) / n;
    }
  });
  const step = new Float64Array(active.length);
  const slope = Float64Array.from(active, (k) => slopes[k]!);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let [largest, size] = [0, 0];
    for (let a = 0; a < active.length; a++) {
      const own = curvature[a]![a]!;
      const from = coefficients[active[a]!]! + step[a]!;
      const towards = slope[a]! + own * from;
      const shrunk = Math.sign(towards) * Math.max(Math.abs(towards) - l1, 0);
      const change = (own + l2 > 0 ? shrunk / (own + l2) : 0) - from;
      if (change === 0) continue;
      step[a]! += change;
      for (let b = 0; b < active.length; b++) slope[b]! -= change * curvature[a]![b]!;
      largest = Math.max(largest, Math.abs(change));
      size = Math.max(size, Math.abs(step[a]!));
    }
    if (largest <= SOLVED * size || largest < 1e-14) break;
  }
  return step;
}
