import { InputError } from "@ctsurv/base/mod.ts";
import { bootstrap, type BootstrapOptions } from "../comparisons/bootstrap.ts";
import { kaplanMeier, kaplanMeierAt } from "../estimates/kaplan_meier.ts";
import { checkOutcomes, type Outcomes } from "../follow_up/predictions.ts";
import { quantileGroups } from "./_quantile_groups.ts";
import { censoringWeights } from "./censoring_weights.ts";

/** Predictions at one time with their spread, and what happened. */
export interface SpreadPredictions extends Outcomes {
  /** [patients]: predicted survival at the time, such as the mean of an ensemble. */
  readonly survival: ArrayLike<number>;
  /** [patients]: lower end of the spread. */
  readonly low: ArrayLike<number>;
  /** [patients]: upper end. */
  readonly high: ArrayLike<number>;
}

/** Some patients, with the means of what is predicted and what was observed. */
export interface SpreadGroup {
  /** Number of patients. */
  readonly patients: number;
  /** Mean of the width of the spread, high less low. */
  readonly width: number;
  /** Mean of the predicted survival. */
  readonly predicted: number;
  /** Mean of the lower ends. */
  readonly low: number;
  /** Mean of the upper ends. */
  readonly high: number;
  /** Kaplan-Meier's survival; null where the last patient of the group was censored before. */
  readonly observed: number | null;
  /** Lower end of its log-log 95 % interval; null where it is undefined. */
  readonly observedLow: number | null;
  /** Upper end of its log-log 95 % interval; null where it is undefined. */
  readonly observedHigh: number | null;
  /** Whether the observed survival lies within the mean spread; null where it is unknown. */
  readonly isCovered: boolean | null;
  /** Mean squared error, weighted by the censoring as the Brier score is; null where a weight is infinite. */
  readonly squaredError: number | null;
}

/** What the spread of predictions says of their error. */
export interface SpreadCalibration {
  /** Months. */
  readonly time: number;
  /** Number of patients. */
  readonly patients: number;
  /** How many of them are known to be dead or alive at the time. */
  readonly known: number;
  /** By the width of the spread, the narrowest first: does the error grow with it? */
  readonly bySpread: readonly SpreadGroup[];
  /** By predicted survival, the lowest first: does the spread hold what was observed? */
  readonly byPrediction: readonly SpreadGroup[];
  /** In how many of the groups by prediction the observed survival lies within the mean spread. */
  readonly covered: number;
  /** Of how many; those whose survival is known. */
  readonly coverable: number;
  /**
   * Spearman's rank correlation of width and squared error among the patients whose state is known, with its bootstrap
   * interval; null where all widths or errors are equal.
   */
  readonly correlation: EstimatedCorrelation | null;
  /**
   * The same, given S (1 - S): width and squared error are both largest where S is near 1/2, which the prediction says
   * without a spread. It is the partial rank correlation; null where it is undefined.
   */
  readonly partialCorrelation: EstimatedCorrelation | null;
}

/** A rank correlation and its bootstrap interval. */
export interface EstimatedCorrelation {
  /** From -1 to 1. */
  readonly value: number;
  /** Lower end of the 95 % interval. */
  readonly low: number;
  /** Upper end of the 95 % interval. */
  readonly high: number;
}

/** Options of {@linkcode spreadCalibration}. */
export interface SpreadCalibrationOptions extends BootstrapOptions {
  /** Groups by the width of the spread. @default {3, tertiles} */
  readonly groups?: number;
  /** Groups by predicted survival. @default {5, quintiles} */
  readonly predictionGroups?: number;
}

/**
 * Holds the spread of predictions against their error at one time.
 *
 * A spread that knows how sure a prediction is has two properties. Patients with a wide spread are predicted worse: the
 * squared error, weighted by the inverse probability of censoring (Graf et al. 1999), rises from group to group. And among
 * patients of similar prediction, the observed survival lies within the mean spread. The spread of an ensemble tells of
 * the training only, so it is often too narrow for the second.
 *
 * @example
 * ```ts
 * import { spreadCalibration } from "@ctsurv/ctsurv/survival";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const { bySpread } = spreadCalibration({
 *   survival: [.9, .2, .5, .6],
 *   low: [.85, .1, .2, .2],
 *   high: [.95, .3, .8, .9],
 *   months: [30, 5, 7, 24],
 *   event: [0, 1, 1, 0],
 * }, 24, { groups: 2 });
 * assertEquals(bySpread.map(({ patients, observed }) => [patients, observed]), [[2, .5], [2, .5]]);
 * assertAlmostEquals(bySpread[0]!.squaredError!, (.1 ** 2 + .2 ** 2) / 2);
 * assertAlmostEquals(bySpread[1]!.squaredError!, (.5 ** 2 + .4 ** 2) / 2);
 * ```
 *
 * @param time Months.
 * @throws {InputError} If the predictions are not complete, a survival or an end of a spread is not from 0 to 1, a spread
 *   ends below its beginning, or a number of groups is no whole number from 1.
 */
export function spreadCalibration(
  predictions: SpreadPredictions,
  time: number,
  { groups = 3, predictionGroups = 5, ...options }: SpreadCalibrationOptions = {},
): SpreadCalibration {
  const { survival, low, high, months, event } = checkSpread(predictions);
  for (const count of [groups, predictionGroups]) {
    if (!(Number.isInteger(count) && count > 0)) throw new InputError(`${count} is no number of groups`);
  }
  const width = Float64Array.from(survival, (_, i) => high[i]! - low[i]!);
  const weights = censoringWeights(predictions);
  const squares = Float64Array.from(survival, (s, i) => isDead(i) ? s ** 2 : (1 - s) ** 2);
  const known = [...squares.keys()].filter((i) => isDead(i) || weights.isAlive(i, time));
  const doubt = Float64Array.from(survival, (s) => s * (1 - s));
  const of = (values: Float64Array) => known.map((i) => values[i]!);
  const weighted = new Float64Array(squares.length);
  for (const i of known) weighted[i] = squares[i]! * (isDead(i) ? weights.own[i]! : weights.at(time));

  const summarise = (members: readonly number[]): SpreadGroup => {
    const mean = (values: ArrayLike<number>) => members.reduce((sum, i) => sum + values[i]!, 0) / members.length;
    const curve = kaplanMeier({ months: members.map((i) => months[i]!), event: members.map((i) => event[i]!) });
    const estimate = kaplanMeierAt(curve, time);
    const [from, to, error] = [mean(low), mean(high), mean(weighted)];
    return {
      patients: members.length,
      width: mean(width),
      predicted: mean(survival),
      low: from,
      high: to,
      observed: estimate?.survival ?? null,
      observedLow: estimate?.low ?? null,
      observedHigh: estimate?.high ?? null,
      isCovered: estimate === null ? null : from <= estimate.survival && estimate.survival <= to,
      squaredError: Number.isFinite(error) && Number.isFinite(weights.at(time)) ? error : null,
    };
  };
  const byPrediction = quantileGroups(survival, predictionGroups).map(summarise);
  return {
    time,
    patients: survival.length,
    known: known.length,
    bySpread: quantileGroups(width, groups).map(summarise),
    byPrediction,
    covered: byPrediction.filter(({ isCovered }) => isCovered === true).length,
    coverable: byPrediction.filter(({ isCovered }) => isCovered !== null).length,
    correlation: correlate([of(width), of(squares)], ([x, y]) => rankCorrelation(x!, y!), options),
    partialCorrelation: correlate([of(width), of(squares), of(doubt)], partialRankCorrelation, options),
  };

  function isDead(i: number): boolean {
    return event[i] === 1 && months[i]! <= time;
  }
}

function checkSpread<T extends SpreadPredictions>(predictions: T): T {
  const { survival, low, high, months } = checkOutcomes(predictions);
  if ([survival, low, high].some(({ length }) => length !== months.length)) {
    throw new InputError(
      `There are ${months.length} patients, ${survival.length} predictions, ${low.length} lower and ${high.length} ` +
        "upper ends; each patient needs one of each",
    );
  }
  for (let i = 0; i < months.length; i++) {
    if (survival[i]! >= 0 && survival[i]! <= 1 && low[i]! <= high[i]! && low[i]! >= 0 && high[i]! <= 1) continue;
    throw new InputError(
      `Patient ${i + 1} of ${months.length}: a survival of ${survival[i]}, from ${low[i]} to ${high[i]}, is none`,
    );
  }
  return predictions;
}

function correlate(
  columns: readonly (readonly number[])[],
  correlation: (columns: readonly (readonly number[])[]) => number | null,
  options: BootstrapOptions,
): EstimatedCorrelation | null {
  const value = correlation(columns);
  if (value === null) return null;
  const interval = bootstrap(columns[0]!.length, "rank correlation of spread and error", (drawn) => {
    const sample = [...drawn].flatMap((times, i) => Array<number>(times).fill(i));
    return correlation(columns.map((column) => sample.map((i) => column[i]!)));
  }, options);
  return interval && { value, low: interval.low, high: interval.high };
}

/** Of x and y given z: the correlation of what the ranks of z leave of the others' ranks. */
function partialRankCorrelation([x, y, z]: readonly (readonly number[])[]): number | null {
  const [xy, xz, yz] = [rankCorrelation(x!, y!), rankCorrelation(x!, z!), rankCorrelation(y!, z!)];
  if (xy === null || xz === null || yz === null || Math.max(xz ** 2, yz ** 2) > 1 - 1e-12) return null;
  return (xy - xz * yz) / Math.sqrt((1 - xz ** 2) * (1 - yz ** 2));
}

/** Spearman's: Pearson's of the ranks; equal numbers share the mean of their ranks. Null where a side is constant. */
function rankCorrelation(x: readonly number[], y: readonly number[]): number | null {
  const [a, b] = [ranks(x), ranks(y)];
  const middle = (x.length + 1) / 2;
  let [product, ofA, ofB] = [0, 0, 0];
  a.forEach((rank, i) => {
    product += (rank - middle) * (b[i]! - middle);
    ofA += (rank - middle) ** 2;
    ofB += (b[i]! - middle) ** 2;
  });
  return ofA > 0 && ofB > 0 ? product / Math.sqrt(ofA * ofB) : null;
}

function ranks(values: readonly number[]): Float64Array {
  const order = [...values.keys()].sort((a, b) => values[a]! - values[b]!);
  const found = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let k = from; k < to; k++) found[order[k]!] = (from + 1 + to) / 2;
    from = to;
  }
  return found;
}
